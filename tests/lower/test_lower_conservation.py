"""Law 1 over generated projects: every leaf of the input has exactly one outcome, and what is emitted is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compose2qt.api import Options, convert
from compose2qt.compose import LoadOptions
from compose2qt.diagnostic import InputError
from compose2qt.lower import document_leaves
from compose2qt.source import Mapping, Sequence
from compose2qt.workload import Outcome
from generated_projects import projects

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.api import Conversion
    from compose2qt.source import Node


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("project")
    (made / "conf" / "sub").mkdir(parents=True)
    (made / "conf" / "nginx.conf").write_text("server my_cache:6379;")
    (made / "conf" / "sub" / "x.bin").write_bytes(b"\xff\x00")
    (made / "app").mkdir()
    (made / "app" / "Dockerfile").write_text("FROM a AS x\nEXPOSE 8000 53/udp\n")
    return made


def converted(project: dict[str, Any], folder: Path) -> Conversion:
    file = folder / "compose.yaml"
    file.write_text(json.dumps(project), encoding="utf-8")
    try:
        return convert(Options(LoadOptions(files=(str(file),), project_directory=str(folder), project_name="p")))
    except InputError:
        assume(False)
        raise


def at(node: Node | None, steps: list[str]) -> Node | None:
    for step in steps:
        name = step.replace("~1", "/").replace("~0", "~")
        items = node.items if isinstance(node, Sequence) else ()
        node = node.get(name) if isinstance(node, Mapping) else items[int(name)] if items else None
    return node


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects())
def test_every_leaf_has_one_outcome(folder: Path, project: dict[str, Any]) -> None:
    made = converted(project, folder)
    ledger = made.ledger
    assert [str(leaf.path) for leaf in ledger.unaccounted] == []
    assert [entry.leaf for entry in ledger.entries] == list(document_leaves(made.project))
    objects = {item.id: item.root for item in made.tree.objects}
    for entry in ledger.entries:
        assert entry.outcome is not Outcome.EMITTED or entry.to
        assert entry.outcome is Outcome.EMITTED or entry.reason or entry.losses
        for place in entry.to:
            assert at(objects[place.object], place.field.split("/")[1:]) is not None, place


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(projects(), st.text("abcdefgh123456", min_size=12, max_size=20))
def test_a_secret_reaches_no_file(folder: Path, project: dict[str, Any], secret: str) -> None:
    service = next(iter(project["services"].values()))
    service["environment"] = {"API_TOKEN": secret, "URL": f"amqp://u:{secret}@db/x"}
    service["command"] = ["--api-token", secret, f"--api-token={secret}"]
    service["labels"] = {"app.api-token": secret}
    made = converted(project, folder)
    assume(not secret.isdecimal())
    assert not [path for path, text in made.files.items() if secret in text]
    assert secret not in repr(made.lowered)
