"""The table: all attribute paths, and the JSON schema that follows from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from compose2qt.compose import forms, merge, spec, values
from compose2qt.compose.schema import compose_schema
from compose2qt.compose.validate import validate
from compose2qt.diagnostic import Collector
from compose2qt.source import Mapping, read_yaml
from compose_reference import SHARED

PATHS = SHARED / "conformance" / "compose_paths.txt"
SCHEMA = Draft202012Validator(compose_schema())
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1.0,
    "",
    "a",
    [],
    ["a"],
    ["a", "a"],
    [1],
    [None],
    [{}],
    {},
    {"a": "b"},
    {"a": ["b"]},
    {"": 1},
)


@pytest.mark.skipif(not PATHS.is_file(), reason="needs ../shared")
def test_the_table_has_every_path_of_the_reference() -> None:
    assert spec.paths() == set(PATHS.read_text().split())
    assert len(spec.paths()) == 704


def rows(attribute: spec.Attribute, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], spec.Attribute]]:
    found = [(path, attribute)]
    for key, below in attribute.keys.items():
        found += rows(below, (*path, key))
    return found


def test_every_function_that_a_row_names_exists() -> None:
    for _, row in rows(spec.root()):
        assert not row.form or row.form in {*forms.FORMS, "include"}
        assert not row.bind or row.bind in values.BINDS
        assert not row.late or row.late in values.LATE
        assert row.merge in {"", "replace", *merge.RULES}
        assert not row.unique or row.unique in merge.IDENTITIES
        assert row.match in {"", "ulimit", *spec.PATTERNS}


def test_every_function_is_named_by_a_row() -> None:
    named = {name for _, row in rows(spec.root()) for name in (row.form, row.bind, row.late, row.merge, row.unique)}
    assert {*forms.FORMS, *values.BINDS, *values.LATE, *merge.RULES, *merge.IDENTITIES} <= named


def document(path: tuple[str, ...], value: Any) -> Any:
    """A document with ``value`` at ``path`` and what its parents need."""
    attribute = spec.root()
    made: dict[str, Any] = {}
    owner: Any = made
    for index, step in enumerate(path):
        attribute = attribute.keys[step]
        key: Any = 0 if step == "[]" else "name" if step == "*" else step
        last = index == len(path) - 1
        found: Any = value if last else [None] if path[index + 1] == "[]" else dict(NEEDED.get(path[: index + 1], {}))
        owner[key] = found
        owner = found
    return made


KNOWN: dict[str, Any] = {
    "action": "sync",
    "capabilities": [],
    "condition": "service_started",
    "hard": 2,
    "manual": True,
    "soft": 1,
    "triggers": {"manual": True},
    "type": "bind",
}
NEEDED = {
    path: {key: KNOWN.get(key, "a") for key in (*row.need, *row.any[:1])}
    for path, row in rows(spec.root())
    if row.need or row.any
}


@pytest.mark.parametrize("section", [key for key in spec.root().keys if key not in ("jobs",)])
def test_the_schema_accepts_what_the_loader_accepts(section: str) -> None:
    """``jobs`` reuse the rows of services: those are walked once."""
    for path, _ in rows(spec.root().keys[section], (section,)):
        if "pre_start" in path[:-2]:
            continue
        for value in VALUES:
            made = document(path, value)
            collector = Collector()
            (node,) = read_yaml(json.dumps(made), "f.yml", collector)
            assert isinstance(node, Mapping)
            validate(node, spec.root(), collector)
            assert SCHEMA.is_valid(made) == (not collector.errors), (made, [str(error) for error in collector.errors])


def test_a_row_holds_for_jobs_and_hooks_as_for_services() -> None:
    service = spec.root().keys["services"].keys["*"]
    job, hook = spec.root().keys["jobs"].keys["*"], service.keys["pre_start"].keys["[]"]
    assert job.keys["environment"] is service.keys["environment"] is hook.keys["environment"]
    assert "deploy" not in job.keys
    assert "ports" not in hook.keys


@pytest.mark.parametrize("line", [{"pull_policy": "${P:-always}"}, {"cgroup": "${C}"}, {"container_name": "$N"}])
def test_the_schema_lets_a_variable_stand_for_a_word(line: dict[str, str]) -> None:
    assert SCHEMA.is_valid({"services": {"a": {"image": "x", **line}}})
    assert not SCHEMA.is_valid({"services": {"a": {"image": "x", **dict.fromkeys(line, "?")}}})
