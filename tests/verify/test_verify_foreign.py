"""A tree of somebody else is judged even where our own conversion fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: nginx:IMAGE}]\n"


def test_a_fault_of_ours_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27'}}\n", encoding="utf-8")
    options = api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),), project_directory=str(tmp_path)))

    def fail(*_: object) -> None:
        raise api.OwnOutputError(())

    monkeypatch.setattr(api, "_refuse_invalid", fail)
    made, _ = api.compare(options, parse_tree({"web.yaml": _POD.replace("IMAGE", "1.27")}))
    assert "image" not in {str(result.aspect) for result in made.different}
    made, _ = api.compare(options, parse_tree({"web.yaml": _POD.replace("IMAGE", "1.26")}))
    assert "image" in {str(result.aspect) for result in made.different}
