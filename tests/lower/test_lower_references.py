"""References to services are found where they are, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose2qt.lower.references import find, follow, follow_file, follow_words, undecided, undecided_words, with_ports
from compose2qt.mapping.plan import Host
from compose2qt.verify.hosts import mentions
from compose2qt.verify.hosts import with_ports as proved_with_ports

HOSTS = {
    "ai-engine": Host("ai-engine-service"),
    "redis": Host("redis"),
    "metrics": Host("monitoring-service", ((9090, 8005),)),
    "my_db": Host("my-db"),
    "postgres": Host("pg"),
}


@pytest.mark.parametrize(
    ("key", "value", "followed"),
    [
        ("URL", "http://ai-engine:8001/signals", "http://ai-engine-service:8001/signals"),
        ("URL", "http://ai-engine", "http://ai-engine-service"),
        ("URL", "http://metrics:9090/metrics?x=metrics", "http://monitoring-service:8005/metrics?x=metrics"),
        ("DB", "postgresql://postgres:postgres@postgres:5432/postgres", "postgresql://postgres:postgres@pg:5432/postgres"),
        ("DB", "jdbc:postgresql://my_db:5432/app", "jdbc:postgresql://my-db:5432/app"),
        ("BROKERS", "my_db:9092,postgres:9092", "my-db:9092,pg:9092"),
        ("SEEDS", "mongodb://my_db:1,postgres:2/x", "mongodb://my-db:1,pg:2/x"),
        ("DB_HOST", "my_db", "my-db"),
        ("PEERS", "my_db,postgres", "my-db,pg"),
        ("ARGS", "--addr=my_db:80 --name my_db", "--addr=my-db:80 --name my_db"),
        ("CACHE_TYPE", "my_db", "my_db"),
        ("DB_NAME", "my_db", "my_db"),
        ("IMAGE", "my_db:7", "my_db:7"),
        ("PATH", "/srv/my_db/x", "/srv/my_db/x"),
        ("URL", "http://my_db.example.com/", "http://my_db.example.com/"),
        ("URL", "http://example.com/my_db", "http://example.com/my_db"),
        ("EMAIL", "my_db@example.com", "my_db@example.com"),
        ("ADO", "Server=my_db,1433;Database=my_db;User Id=my_db", "Server=my-db,1433;Database=my_db;User Id=my_db"),
        ("ADO", "Data Source=tcp:my_db,1433;Initial Catalog=my_db", "Data Source=tcp:my-db,1433;Initial Catalog=my_db"),
        ("DSN", "host=my_db port=5432 dbname=my_db user=my_db", "host=my-db port=5432 dbname=my_db user=my_db"),
        ("DSN", "host=my_db,postgres dbname=x", "host=my-db,pg dbname=x"),
        ("DB", "jdbc:mysql://my_db,postgres/x?a=my_db", "jdbc:mysql://my-db,pg/x?a=my_db"),
        ("DB", "jdbc:sqlserver://my_db:1433;databaseName=my_db", "jdbc:sqlserver://my-db:1433;databaseName=my_db"),
        ("DB", "jdbc:oracle:thin:@my_db:1521/ORCL", "jdbc:oracle:thin:@my-db:1521/ORCL"),
        ("DB", "root:pw@tcp(my_db:3306)/my_db", "root:pw@tcp(my-db:3306)/my_db"),
        ("DB", "amqp://u:a/b@my_db:5672", "amqp://u:a/b@my-db:5672"),
        ("DB", "my_db:5432/my_db", "my-db:5432/my_db"),
        ("URL", "http://[my_db]:80/x", "http://[my-db]:80/x"),
        ("URL", "http://example.com?next=my_db", "http://example.com?next=my_db"),
        ("QUORUM", "1@my_db:9093,2@postgres:9093", "1@my-db:9093,2@pg:9093"),
        ("SEED_NODES", "my_db, postgres", "my-db, pg"),
        ("JAVA_OPTS", "-Dhost=my_db -Des.hosts=my_db,postgres", "-Dhost=my-db -Des.hosts=my-db,pg"),
        ("CONFIG", '{"host": "my_db", "hosts": ["my_db","postgres"]}', '{"host": "my-db", "hosts": ["my-db","pg"]}'),
        ("HOSTS", "my_db serves postgres", "my_db serves postgres"),
        ("NODE_ENV", "my_db", "my_db"),
        ("URL", "http://MY_DB:80,http://REDIS:1", "http://my-db:80,http://REDIS:1"),
        ("DB_HOST", "MY_DB", "MY_DB"),
        ("URL", "http://redis.:80/x http://my_db./", "http://redis:80/x http://my-db/"),
        ("URL", "//my_db:80/x", "//my-db:80/x"),
        ("PATH", "a//my_db:80", "a//my_db:80"),
        ("PGHOST", "my_db", "my-db"),
        ("MONGOHOSTS", "my_db,postgres", "my-db,pg"),
        ("RABBITMQ_VHOST", "my_db", "my_db"),
    ],
)
def test_follow(key: str, value: str, followed: str) -> None:
    assert follow(value, HOSTS, key) == followed


@pytest.mark.parametrize(
    ("words", "followed"),
    [
        (("--upstreams", "my_db,postgres"), ("--upstreams", "my-db,pg")),
        (("--host", "my_db"), ("--host", "my-db")),
        (("--db=my_db",), ("--db=my_db",)),
        (("nc", "-z", "my_db", "5432"), ("nc", "-z", "my-db", "5432")),
    ],
)
def test_follow_words(words: tuple[str, ...], followed: tuple[str, ...]) -> None:
    assert follow_words(words, HOSTS) == followed


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("TARGET", "my_db", ["my_db"]),
        ("LIST", "my_db,postgres", ["my_db"]),
        ("HOSTS", "my_db postgres", ["my_db"]),
        ("DSN", "dbname=my_db user=my_db", []),
        ("X", '{"name": "my_db"}', []),
        ("X", "/data/my_db", []),
        ("DB_NAME", "my_db", []),
        ("URL", "http://my_db/", []),
    ],
)
def test_what_nothing_decides_is_told(key: str, value: str, told: list[str]) -> None:
    assert list(undecided(follow(value, HOSTS, key), HOSTS, key)) == told


def test_undecided_words_are_told_with_their_place() -> None:
    assert list(undecided_words(("run", "--db=my_db", "--user", "my_db"), HOSTS)) == [("my_db", 1)]


_PIECES = st.sampled_from(
    "my_db postgres redis other http:// jdbc:x:// tcp( // / @ : , ; | = ? & # . - [ ] { } ( ) \" ' \n host= server: hosts "
    "--host -h user= dbname= 5432 :6379 1@ x example.com \\".split(" ")
) | st.just(" ")  # fmt: skip


@given(st.lists(_PIECES, max_size=9).map("".join), st.sampled_from(("", "DB_HOST", "HOSTS", "DB_NAME", "URL", "X")))
def test_what_the_proof_calls_a_host_is_followed(value: str, key: str) -> None:
    followed = {(reference.host, reference.port) for reference in find(value, HOSTS, key)}
    assert {(mention.name, None if mention.by_scheme else mention.port) for mention in mentions(value, HOSTS, key)} <= followed


def test_find_gives_host_and_port() -> None:
    found = [(reference.host, reference.port) for reference in find("redis://redis:6379/0", HOSTS)]
    assert found == [("redis", 6379)]


def test_long_values_are_read_in_linear_time() -> None:
    value = "a" * 200_000 + ":" * 200_000 + "//" * 100_000
    assert follow(value, HOSTS, "HOST") == value
    for long in ("my_db,", "my_db ", "//my_db@", "http://my_db/", "my_db:5432", "\n", "host=my_db;", "'my_db"):
        text = long * (200_000 // len(long))
        moved = follow_file(text, HOSTS)
        assert "my_db" not in moved or list(undecided(moved, HOSTS))[:1] or "@" in long
        assert sum(1 for _ in mentions(text, HOSTS, "HOST")) <= text.count("my_db")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("http://api:${API_PORT}/x", "http://api:8123/x"),
        ("http://api:$API_PORT/x", "http://api:8123/x"),
        ("http://api:$(API_PORT)", "http://api:8123"),
        ("http://api:${OTHER:-99} http://api:${API_PORT:-99}", "http://api:99 http://api:8123"),
        ("http://api:${OTHER}", "http://api:${OTHER}"),
        ("http://api:${NAME}", "http://api:${NAME}"),
        ("a: ${API_PORT}", "a: ${API_PORT}"),
    ],
)
def test_a_port_that_is_a_variable_of_the_container_is_known(text: str, known: str) -> None:
    variables = {"API_PORT": "8123", "NAME": "x"}
    assert with_ports(text, variables) == known
    assert proved_with_ports(text, variables) == known
