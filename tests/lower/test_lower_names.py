"""Names: any legal Compose name becomes a legal, unique one, and whoever mentions it is led there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose2qt.kube.names import is_label, is_qualified_name
from compose2qt.lower.attributes.environment import annotation_key
from compose2qt.lower.folders import Folders
from compose2qt.mapping.infer import unique_names
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path

compose_names = st.from_regex(r"[a-zA-Z0-9._-]{1,200}", fullmatch=True)


@given(st.lists(compose_names, unique=True, max_size=20))
def test_names_are_legal_unique_and_kept_where_they_can_be(names: list[str]) -> None:
    found = unique_names(names)
    assert list(found) == [*(n for n in names if is_label(n)), *(n for n in names if not is_label(n))]
    assert len(set(found.values())) == len(names)
    assert all(is_label(name) for name in found.values())
    assert all(found[name] == name for name in names if is_label(name))


@given(st.text(min_size=1, max_size=300))
def test_annotation_keys_are_legal(text: str) -> None:
    assert is_qualified_name(annotation_key(text))
    assert not is_qualified_name(text) or annotation_key(text) == text


def test_long_names_of_services_that_wait_for_each_other(tmp_path: Path) -> None:
    long, longer = "a" * 63, "B" * 200
    made = composed(
        tmp_path,
        f"""
services:
  {long}: {{image: a, depends_on: {{{longer}: {{condition: service_healthy}}}}}}
  {longer}: {{image: "postgres:16", healthcheck: {{test: pg_isready}}, volumes: ["data:/var/lib/postgresql/data"]}}
volumes: {{data: }}
""",
    )
    first, second = made.application.workloads
    assert first.name == long
    assert len(second.name) <= 52
    (waiting,) = first.pod.init_containers
    names = [one.name for workload in (first, second) for one in workload.endpoints] + [waiting.name]
    assert all(is_label(name) for name in names)
    assert waiting.command is not None
    assert any(one.name in waiting.command.value[2] for one in second.endpoints if one.name.endswith("-ready"))


def test_a_stateful_set_with_a_long_name_answers_under_its_own(tmp_path: Path) -> None:
    name = "db" + "x" * 58
    made = composed(
        tmp_path,
        f"services: {{{name}: {{image: 'postgres:16', volumes: ['data:/var/lib/postgresql/data']}}}}\nvolumes: {{data: }}\n",
    )
    (workload,) = made.application.workloads
    assert len(workload.name) <= 52
    assert workload.endpoints[0].name == name


REFERENCES = """
services:
  my_db: {image: "postgres:16", container_name: p_db_1, hostname: dbhost}
  Web:
    image: a
    command: [serve, --db-host, my_db, "--cache=my_db:6379", run-my_db]
    entrypoint: [/x, "postgres://my_db:5432/a"]
    environment:
      {DB_HOST: my_db, URL: "jdbc:postgresql://p_db_1:5432/x", OTHER_HOST: dbhost, NAME: my_db, LIST: "my_db:1,my_db:2"}
    labels: {traefik.http.services.x.loadbalancer.server.url: "http://my_db:80", note: "http://my_db:80"}
    volumes: ["./nginx.conf:/etc/nginx.conf:ro"]
"""


def test_references_are_followed_everywhere(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text(
        "upstream my_db {\n  server my_db:5432;\n  server my_db;\n}\nproxy_pass http://my_db;\n"
    )
    made = composed(tmp_path, REFERENCES)
    web = made.main("web")
    assert web.args is not None
    assert web.command is not None
    assert web.args.value == ("serve", "--db-host", "my-db", "--cache=my-db:6379", "run-my_db")
    assert web.command.value == ("/x", "postgres://my-db:5432/a")
    assert made.config("web-config") == {
        "DB_HOST": "my-db",
        "URL": "jdbc:postgresql://my-db:5432/x",
        "OTHER_HOST": "my-db",
        "NAME": "my_db",
        "LIST": "my-db:1,my-db:2",
    }
    text = made.config("web-nginx-conf")["nginx.conf"]
    assert text == "upstream my_db {\n  server my-db:5432;\n  server my-db;\n}\nproxy_pass http://my_db;\n"
    notes = dict(made["web"].pod.annotations)
    assert notes["traefik.http.services.x.loadbalancer.server.url"].value == "http://my-db:80"
    assert notes["note"].value == "http://my_db:80"


def test_what_cannot_be_decided_is_told_with_its_place(tmp_path: Path) -> None:
    made = composed(tmp_path, "services:\n  my_db: {image: a}\n  web:\n    image: a\n    environment:\n      THING: my_db\n")
    (problem,) = made.problems
    assert (problem.code, problem.span and problem.span.line) == ("undecided-reference", 6)
    assert made.config("web-config") == {"THING": "my_db"}


@pytest.mark.parametrize(
    ("paths", "places"),
    [
        (("data", "data/db"), {"data": ("data-folder", ""), "data/db": ("data-folder", "db")}),
        (("a-b", "a/b"), {"a-b": ("a-b", ""), "a/b": ("a-b-folder", "")}),
        (("./x/", "../y"), {"x": ("x", ""), "../y": ("y", "")}),
    ],
)
def test_host_folders_have_claims_of_their_own(paths: tuple[str, ...], places: dict[str, tuple[str, str]]) -> None:
    assert Folders.of(paths, ["data"]).places == places
