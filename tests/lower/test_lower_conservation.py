"""Law 1 over generated projects: every leaf of the input has exactly one outcome, and what is emitted is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compose2qt.compose import LoadOptions, Project, load
from compose2qt.diagnostic import Collector, InputError
from compose2qt.emit import emit
from compose2qt.lower import Lowered, document_leaves, lower
from compose2qt.manifests import parse_tree
from compose2qt.manifests.validate import validate
from compose2qt.mapping.infer import infer
from compose2qt.source import Mapping, Sequence
from compose2qt.source.disk import Disk
from compose2qt.workload import Ledger, Outcome, account
from generated_projects import projects

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.manifests.model import Tree
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


class Converted(NamedTuple):
    """A project through every stage but the proof of its meaning, which has tests of its own."""

    project: Project
    lowered: Lowered
    ledger: Ledger
    files: dict[str, str]
    tree: Tree


def converted(data: dict[str, Any], folder: Path) -> Converted:
    file = folder / "compose.yaml"
    file.write_text(json.dumps(data), encoding="utf-8")
    collector = Collector()
    try:
        project = load(LoadOptions(files=(str(file),), project_directory=str(folder), project_name="p"), collector)
        lowered = lower(project, infer(project), Disk(project.directory), collector)
        collector.check()
    except InputError:
        assume(False)
        raise
    rendered = emit(lowered.application)
    leaves = document_leaves(project)
    ledger = account(leaves, rendered.fields, lowered.decisions, lowered.losses, lowered.consumed)
    return Converted(project, lowered, ledger, rendered.files, parse_tree(rendered.files))


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
    assert validate(made.tree, "1.35") == []
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
