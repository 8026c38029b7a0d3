"""A tree of somebody else is judged even where our own conversion fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions, load
from compose2qt.diagnostic import Collector
from compose2qt.manifests import parse_tree
from compose2qt.verify import verify
from shop_project import FOLDER, manifests, project

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_promised_secret_is_not_optional() -> None:
    """A pod whose Secret may be missing starts without the file."""
    files = {path: text.replace("metadata: {name: signing}", "metadata: {name: other}") for path, text in manifests().items()}
    optional = files["api.yaml"].replace("secretName: signing", "secretName: signing, optional: true")
    for text, outcome in ((files["api.yaml"], "equal"), (optional, "different")):
        tree = parse_tree({**files, "api.yaml": text})
        made = verify(project(), tree, secrets={("signing", "signing"): "not-a-real-key\n"})
        found = next(one for one in made.results if (one.service, one.item) == ("api", "/run/secrets/signing"))
        assert found.outcome == outcome


@pytest.mark.parametrize("service", ["web", "api", "worker", "migrate", "db", "cache", "report"])
def test_what_was_not_asked_for_is_left_out(service: str) -> None:
    """``--service`` selects of the whole tree, too."""
    file = str(FOLDER / "docker-compose.yml")
    asked = load(LoadOptions(files=(file,), services=(service,)), Collector())
    assert [(one.service, one.subject, one.kubernetes) for one in verify(asked, parse_tree(manifests())).different] == []


def test_a_profile_that_is_not_active_is_no_selection(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x}, debug: {image: y, profiles: [debug]}}\n")
    asked = load(LoadOptions(files=(str(tmp_path / "compose.yaml"),)), Collector())
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: debug}\nspec: {containers: [{name: debug, image: y}]}\n"
    found = verify(asked, parse_tree({"pod.yaml": pod})).different
    assert "container debug" in {one.item for one in found}
