"""Projects of a few lines, converted and edited by hand: what changes the meaning is told, what keeps it is silent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove
from compose2qt.verify import Outcome

if TYPE_CHECKING:
    from compose2qt.verify import Verification

CATALOGUE = yaml.safe_load((Path(__file__).parent / "converted.yaml").read_text(encoding="utf-8"))


def _verified(folder: Path, edit: dict[str, Any]) -> Verification:
    (folder / "compose.yaml").write_text(edit["project"], encoding="utf-8")
    made = api.convert(api.Options(LoadOptions(files=(str(folder / "compose.yaml"),))))
    files = {**made.files, **edit.get("add", {})}
    if without := edit.get("without"):
        del files[without]
        files["kustomization.yaml"] = files["kustomization.yaml"].replace(f"  - {without}\n", "")
    for pair in [edit] if "old" in edit else edit.get("pairs", []):
        assert any(pair["old"] in text for text in files.values()), f"nothing reads {pair['old']}"
        files = {path: text.replace(pair["old"], pair["new"]) for path, text in files.items()}
    found = prove(made.project, made.plan, made.lowered, parse_tree(files), ledger=made.ledger, ours=made.proof, version="1.35")
    assert not [
        one
        for one in (*found.different, *found.explained, *found.unknown)
        if "Value-" in one.compose + one.kubernetes + one.reason
    ]
    return found


@pytest.mark.parametrize("change", CATALOGUE["changes"], ids=lambda change: change["name"])
def test_another_meaning_is_told(tmp_path: Path, change: dict[str, Any]) -> None:
    outcome = Outcome(change.get("outcome", "different"))
    found = {(one.service, str(one.aspect), one.item): one for one in _verified(tmp_path, change).of(outcome)}
    service, aspect, *item = change["at"]
    told = found.get((service, aspect, *(item or [""])))
    assert told is not None, f"reported were: {sorted(found)}"
    assert told.reason, "what will happen is said"
    assert told.manifest_span is not None
    assert told.reason == change.get("reason", told.reason)
    assert told.kubernetes == change.get("kubernetes", told.kubernetes)
    assert told.manifest_span.file == change.get("seen", told.manifest_span.file)


@pytest.mark.parametrize("same", CATALOGUE["same"], ids=lambda same: same["name"])
def test_the_same_meaning_is_silent(tmp_path: Path, same: dict[str, Any]) -> None:
    made = _verified(tmp_path, same)
    told = [one for one in (*made.different, *made.unknown) if one.subject not in same.get("but", ())]
    assert [(one.service, one.subject, one.kubernetes) for one in told] == []
