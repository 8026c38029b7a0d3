"""NetworkPolicies under mutation: an edge that is cut or opened is told at its service, the same in other words is silent."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

PROJECT = """
name: shop
services:
  web: {image: nginx, ports: ["80:80"], networks: [front]}
  api: {image: x, expose: ["9", "10"], networks: [front, back], depends_on: {db: {condition: service_healthy}}}
  db: {image: y, expose: ["5432"], networks: [back], healthcheck: {test: check}}
  cron: {image: z, networks: [front]}
  lone: {image: z, network_mode: none}
networks: {front: {}, back: {internal: true}}
"""
CATALOGUE = yaml.safe_load((Path(__file__).parent / "policy_mutations.yaml").read_text(encoding="utf-8"))
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: extra-{0}}}\nspec: {1}\n"


@cache
def converted() -> api.Conversion:
    folder = Path(tempfile.mkdtemp())
    (folder / "compose.yaml").write_text(PROJECT)
    made = api.convert(api.Options(LoadOptions(files=(str(folder / "compose.yaml"),)), network_policy=True))
    shutil.rmtree(folder)
    return made


def edited(edits: list[dict[str, str]]) -> dict[str, str]:
    files = dict(converted().files)
    resources = "".join(f"  - extra-{number}.yaml\n" for number, edit in enumerate(edits) if "add" in edit)
    files["kustomization.yaml"] = files["kustomization.yaml"].replace("resources:\n", f"resources:\n{resources}")
    for number, edit in enumerate(edits):
        if "add" in edit:
            files[f"extra-{number}.yaml"] = POLICY.format(number, edit["add"])
        elif "remove" in edit:
            del files[edit["remove"]]
        else:
            assert edit["old"] in files[edit["file"]], files[edit["file"]]
            files[edit["file"]] = files[edit["file"]].replace(edit["old"], edit["new"], 1)
    return files


def reported(edits: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    """What differs by service and item, after the edits, with what the cluster does."""
    made = converted()
    found = prove(made.project, made.plan, made.lowered, parse_tree(edited(edits)), ledger=made.ledger)
    return {(one.service, one.item): one.kubernetes for one in found.different}


@pytest.mark.parametrize("change", CATALOGUE["changes"], ids=lambda change: change["name"])
def test_a_changed_edge_is_told(change: dict[str, Any]) -> None:
    expected = {(service, item): value for service, items in change["seen"].items() for item, value in items.items()}
    found = reported(change["edits"])
    assert expected.items() <= found.items(), found


@pytest.mark.parametrize("same", CATALOGUE["same"], ids=lambda same: same["name"])
def test_the_same_edges_are_silent(same: dict[str, Any]) -> None:
    assert reported(same["edits"]) == {}
