"""Small parts: health checks in one form, host names in values, references to images, matching by name."""

from __future__ import annotations

import pytest

from compose2qt.verify import Answers, canonical_check, normalized
from compose2qt.verify.check import effective_timeout
from compose2qt.verify.hosts import mentions, same_text
from compose2qt.verify.matching import plain


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (("curl", "-f", "http://localhost:80/x"), "GET http://<pod>:80/x is below 400"),
        (("/bin/sh", "-c", "curl -fsS localhost:8080 || exit 1"), "GET http://<pod>:8080/ is below 400"),
        (
            ("/bin/sh", "-c", "curl --fail -o /dev/null http://127.0.0.1:8080/ > /dev/null 2>&1"),
            "GET http://<pod>:8080/ is below 400",
        ),
        (("wget", "-q", "--spider", "https://localhost/ready"), "GET https://<pod>:443/ready is below 400"),
        (
            ("curl", "-f", "-H", "Host: shop.example", "http://localhost/"),
            "GET http://<pod>:80/, Host: shop.example is below 400",
        ),
        (("/bin/sh", "-c", "nc -z localhost 5432"), "port 5432 accepts a connection"),
    ],
)
def test_a_command_that_only_asks_is_a_request(command: tuple[str, ...], wanted: str) -> None:
    assert canonical_check(command) == wanted


@pytest.mark.parametrize(
    "command",
    [
        ("curl", "http://localhost/"),  # passes on an error status
        ("curl", "-f", "http://other/"),
        ("/bin/sh", "-c", "curl -f http://localhost/ | grep ok"),
        ("/bin/sh", "-c", "curl -f http://localhost/ && test -f /ready"),
        ("curl", "-f", "-X", "POST", "http://localhost/"),
        ("curl", "-f", "http://localhost/", "http://localhost/2"),
        ("/bin/sh", "-c", "curl -f http://localhost:$PORT/"),
        ("nc", "localhost", "80"),
        ("/bin/sh", "-c", "'"),
        ("pg_isready",),
    ],
)
def test_another_command_stays_a_command(command: tuple[str, ...]) -> None:
    assert canonical_check(command).startswith("run ")


def test_a_client_may_give_up_before_the_engine_does() -> None:
    assert effective_timeout(("curl", "-f", "-m", "2", "http://localhost/"), 30) == 2
    assert effective_timeout(("curl", "-f", "http://localhost/"), 30) == 30
    assert effective_timeout(("sleep", "-m", "2"), 30) == 30


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("X", "http://db:80/db", [("db", 80)]),
        ("X", "redis://db/0", [("db", 6379)]),
        ("X", "postgresql+psycopg2://u:p@db/db", [("db", 5432)]),
        ("X", "other://db/0", [("db", None)]),
        ("X", "db:1,cache:2", [("db", 1), ("cache", 2)]),
        ("DB_HOST", "db", [("db", None)]),
        ("DB_NAME", "db", []),
        ("X", "db", []),
        ("X_IMAGE", "db:16", []),
        ("X", "postgres://db:secret@other/x", []),
        ("X", "/data/db:rw", []),
        ("X", "my-db:80", []),
    ],
)
def test_mentions(key: str, value: str, found: list[tuple[str, int | None]]) -> None:
    assert [(one.name, one.port) for one in mentions(value, {"db", "cache"}, key)] == found


SERVICES = {"my_db": ("my_db",), "cache": ("cache",)}
ANSWERS = {
    "my-db": {"my_db": Answers((((5432, "TCP"), 5432),))},
    "db-by-7": {"my_db": Answers((((7, "TCP"), 5432),))},
    "by-default": {"my_db": Answers((((80, "TCP"), 5432),))},
    "cache": {"cache": Answers(every=True)},
}


@pytest.mark.parametrize(
    ("docker", "cluster", "same"),
    [
        ("pg://my_db:5432/x", "pg://my-db:5432/x", True),
        ("pg://my_db:5432/x", "pg://db-by-7:7/x", True),
        ("pg://my_db:5432/x", "pg://db-by-7:5432/x", False),
        ("pg://my_db:5432/x", "pg://cache:5432/x", False),
        ("pg://my_db:5432/x", "pg://my-db:5432/y", False),
        ("http://my_db:5432/x", "http://by-default/x", True),
        ("http://u@my_db:5432/x", "http://u@by-default/x", True),
        ("http://my_db:7/x", "http://by-default/x", False),
        ("other://my_db:5432/x", "other://by-default/x", False),
        ("my_db:5432", "by-default", False),
        ("my_db", "my-db", True),
        ("my_db,cache:1", "my-db,cache:1", True),
        ("a my_db", "b my-db", False),
    ],
)
def test_two_texts_name_the_same_hosts(docker: str, cluster: str, same: bool) -> None:
    assert same_text(docker, cluster, lambda name: SERVICES.get(name, ()), lambda name: ANSWERS.get(name, {})) is same


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("redis", "docker.io/library/redis:latest"),
        ("team/app:2", "docker.io/team/app:2"),
        ("localhost/app", "localhost/app:latest"),
        ("registry.example:5000/app", "registry.example:5000/app:latest"),
        ("app@sha256:00", "docker.io/library/app@sha256:00"),
        ("index.docker.io/team/app:2", "docker.io/team/app:2"),
    ],
)
def test_references_to_images(written: str, wanted: str) -> None:
    assert normalized(written) == wanted


def test_names_without_what_people_add() -> None:
    assert plain("My_DB") == "my-db"
    assert plain("shop-db-deployment", "shop") == "db"
    assert plain("deployment", "shop") == "deployment"
