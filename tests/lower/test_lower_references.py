"""References to services are found where they are, and nowhere else."""

from __future__ import annotations

import pytest

from compose2qt.lower.references import find, follow
from compose2qt.mapping.plan import Host

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
    ],
)
def test_follow(key: str, value: str, followed: str) -> None:
    assert follow(value, HOSTS, key) == followed


def test_find_gives_host_and_port() -> None:
    found = [(reference.host, reference.port) for reference in find("redis://redis:6379/0", HOSTS)]
    assert found == [("redis", 6379)]


def test_long_values_are_read_in_linear_time() -> None:
    value = "a" * 200_000 + ":" * 200_000 + "//" * 100_000
    assert follow(value, HOSTS, "HOST") == value
