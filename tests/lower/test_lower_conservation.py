"""Law 1 over generated projects: every leaf of the input has exactly one outcome, and what is emitted is there."""

from __future__ import annotations

import csv
import json
import os
import random
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compose2qt import api
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
from conftest import SHARED
from generated_projects import projects
from held import astray

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.manifests.model import Tree
    from compose2qt.mapping.plan import Plan
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
    plan: Plan
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
        plan = infer(project)
        lowered = lower(project, plan, Disk(project.directory), collector)
        collector.check()
    except InputError:
        assume(False)
        raise
    rendered = emit(lowered.application)
    leaves = document_leaves(project)
    ledger = account(leaves, rendered.fields, lowered.decisions, lowered.losses, lowered.consumed)
    return Converted(project, plan, lowered, ledger, rendered.files, parse_tree(rendered.files))


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
    assert list(astray(made.project, made.plan, ledger, made.tree)) == []


def corpus() -> list[tuple[str, str]]:
    """(folder, file) of a sample of the real projects that the reference loads; all with ``COMPOSE2QT_FULL=1``."""
    index = SHARED / "corpus" / "index.tsv"
    if not index.is_file():
        return []
    with index.open() as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["role"] == "base"]
    found = [(row["dir"], row["local_path"]) for row in rows if row["docker_compose_config"] == "ok"]
    seed = int(os.environ.get("COMPOSE2QT_SEED", "0")) or secrets.randbelow(10**6)
    print(f"a sample of the corpus: COMPOSE2QT_SEED={seed}")
    return found if os.environ.get("COMPOSE2QT_FULL") == "1" else random.Random(seed).sample(found, 40)  # noqa: S311 - a sample


def test_what_is_emitted_from_real_projects_is_there(shared: Path) -> None:
    for folder, file in corpus():
        options = LoadOptions(files=(str(shared / "corpus" / folder / file),), profiles=("*",))
        try:
            made = api.convert(api.Options(options))
        except InputError:
            continue
        assert made.ledger.unaccounted == (), folder
        assert list(astray(made.project, made.plan, made.ledger, made.tree)) == [], folder


def test_each_part_of_a_long_form_leads_to_its_field(folder: Path) -> None:
    port = {"target": 80, "published": 8080, "host_ip": "::1", "mode": "host", "name": "web", "app_protocol": "http"}
    volume = {"type": "volume", "source": "data", "target": "/d", "read_only": True, "volume": {"nocopy": True, "subpath": "a"}}
    check = {"test": ["CMD", "true"], "interval": "5s", "timeout": "4s", "retries": 2}
    web = {"image": "a", "ports": [port], "volumes": [volume], "healthcheck": check, "deploy": {"endpoint_mode": "dnsrr"}}
    web["configs"] = ["conf"]
    data = {"services": {"web": web}, "volumes": {"data": None}, "configs": {"conf": {"content": "a=1"}}}
    made = converted(data, folder)
    to = {str(entry.leaf.path): [place.field.rpartition("/")[2] for place in entry.to] for entry in made.ledger.entries}

    def of(*path: str | int) -> list[str]:
        return to[str(("services", "web", *path))]

    assert of("ports", 0, "target") == ["containerPort", "targetPort"]
    assert of("ports", 0, "app_protocol") == ["appProtocol"]
    assert [of("ports", 0, key) for key in ("published", "host_ip", "mode", "name")] == [[], [], [], []]
    assert of("volumes", 0, "target") == ["mountPath"]
    assert of("volumes", 0, "read_only") == ["readOnly"]
    assert of("volumes", 0, "volume", "subpath") == ["subPath"]
    assert of("volumes", 0, "volume", "nocopy") == []
    assert sorted(of("volumes", 0, "source")) == ["name", "persistentVolumeClaim"]
    assert of("healthcheck", "interval") == ["periodSeconds"]
    assert of("healthcheck", "retries") == ["failureThreshold"]
    assert of("deploy", "endpoint_mode") == ["clusterIP"]
    assert to[str(("configs", "conf", "content"))] == ["conf"]


def test_options_of_a_driver_that_say_what_is_mounted_are_emitted(folder: Path) -> None:
    nfs = {"driver": "local", "driver_opts": {"type": "nfs", "o": "addr=10.0.0.1", "device": ":/x"}}
    share = {"driver_opts": {"type": "cifs", "o": "username=u", "device": "//h/s"}}
    data = {"services": {"web": {"image": "a", "volumes": ["nfs:/n", "share:/s"]}}, "volumes": {"nfs": nfs, "share": share}}
    outcomes = {entry.leaf.path[1:]: entry.outcome for entry in converted(data, folder).ledger.entries}
    assert {outcomes["nfs", "driver_opts", key] for key in nfs["driver_opts"]} == {Outcome.EMITTED}
    assert outcomes["nfs", "driver"] is Outcome.CONSUMED
    assert {outcomes["share", "driver_opts", key] for key in share["driver_opts"]} == {Outcome.LOST}


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
