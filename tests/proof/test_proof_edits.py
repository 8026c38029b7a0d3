"""A tree that a mapping decided, edited by hand: what changes a decision is told at its place, what keeps it is silent."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from compose2qt.api import Conversion
    from compose2qt.verify import Verification

ROOT = Path(__file__).parents[2]
CATALOGUE = yaml.safe_load((Path(__file__).parent / "edits.yaml").read_text(encoding="utf-8"))


@cache
def _made() -> Conversion:
    return api.convert(api.Options(LoadOptions(), mapping=str(ROOT / "mappings" / "quantum-trader.yaml")))


@cache
def _files() -> dict[str, str]:
    tree = ROOT / "out" / "quantum-trader"
    return {str(file.relative_to(tree)): file.read_text(encoding="utf-8") for file in sorted(tree.rglob("*.yaml"))}


def _verified(edit: dict[str, Any]) -> Verification:
    made, text = _made(), _files()[edit["file"]]
    assert edit["old"] in text
    files = {**_files(), edit["file"]: edit["new"].join(text.rsplit(edit["old"], 1))}
    return prove(made.project, made.plan, made.lowered, parse_tree(files), ours=made.proof, version=made.plan.kubernetes)


@pytest.mark.parametrize("change", CATALOGUE["changes"], ids=lambda change: change["name"])
def test_another_decision_is_told_at_its_place(change: dict[str, Any]) -> None:
    found = {(one.service, str(one.aspect), one.item): one for one in _verified(change).different}
    service, aspect, *item = change["at"]
    key = (service, aspect, *(item or [""]))
    assert {each[1] for each in found} == {aspect}, "nothing else is reported"
    told = found[key]
    assert told.reason, "what will happen is said"
    assert told.manifest_span is not None
    assert told.manifest_span.file == change.get("seen", change["file"])


@pytest.mark.parametrize("same", CATALOGUE["same"], ids=lambda same: same["name"])
def test_the_same_decision_is_silent(same: dict[str, Any]) -> None:
    assert [(one.service, one.subject, one.kubernetes) for one in _verified(same).different] == []


def test_what_only_the_mapping_knows_must_run() -> None:
    """Taken out of the tree, it is missed."""
    made = _made()
    files = {path: text for path, text in _files().items() if path != "services/portfolio-deployment.yaml"}
    found = prove(made.project, made.plan, made.lowered, parse_tree(files), ours=made.proof)
    missed = [one for one in found.different if one.service == "portfolio-service"]
    assert [(str(one.aspect), one.kubernetes) for one in missed] == [("workload", "absent")]
