"""What is added to manifests: every field of a workload counts or is named, and so do the objects beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from shop_project import edited, manifests, verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.verify import Result, Verification

CATALOGUE = yaml.safe_load((Path(__file__).parent / "additions.yaml").read_text(encoding="utf-8"))


def _lines() -> Iterator[Any]:
    for place, rows in CATALOGUE["lines"].items():
        for line, aspect, *item in rows:
            key = (CATALOGUE["places"][place]["service"], aspect, *(item or [""]))
            yield pytest.param(CATALOGUE["places"][place], line, key, id=f"{place} {line}")


@pytest.mark.parametrize(("place", "line", "key"), list(_lines()))
def test_a_line_is_told_where_it_stands(place: dict[str, Any], line: str, key: tuple[str, str, str]) -> None:
    after = place["after"]
    before = manifests()[place["file"]].partition(after)[0] + after
    added = " " * place["indent"] + line
    found = _reported(verified(edited(place["file"], after, f"{after}{added}\n")), key)
    assert found.manifest_span is not None
    assert (found.manifest_span.file, found.manifest_span.line) == (place["file"], before.count("\n") + 1)


KEPT = [(CATALOGUE["places"][place], line) for place, lines in CATALOGUE["keeps"].items() for line in lines]


@pytest.mark.parametrize(("place", "line"), KEPT, ids=[line for _, line in KEPT])
def test_a_line_that_says_what_holds_anyway_is_silent(place: dict[str, Any], line: str) -> None:
    after = place["after"]
    made = verified(edited(place["file"], after, f"{after}{' ' * place['indent']}{line}\n"))
    assert [(one.service, one.subject, one.kubernetes) for one in (*made.different, *made.unknown)] == []


@pytest.mark.parametrize("change", CATALOGUE["objects"], ids=lambda change: change["name"])
def test_a_further_object_is_told(change: dict[str, Any]) -> None:
    edit = change.get("edit")
    files = edited(edit["file"], edit["old"], edit["new"]) if edit else manifests()
    found = _reported(verified({**files, "added.yaml": change["add"]}), _key(change), change.get("outcome", "different"))
    assert found.manifest_span is not None
    assert found.manifest_span.file == change.get("seen", "added.yaml")


def _kustomized(line: str, without: str = "") -> dict[str, str]:
    resources = "".join(f"  - {file}\n" for file in manifests() if file != without)
    return {**manifests(), "kustomization.yaml": f"resources:\n{resources}{line}\n"}


@pytest.mark.parametrize("change", CATALOGUE["kustomizations"], ids=lambda change: change["line"] or "a file left out")
def test_what_kustomize_makes_of_it_is_told(change: dict[str, Any]) -> None:
    found = _reported(
        verified(_kustomized(change["line"], change.get("without", ""))), _key(change), change.get("outcome", "different")
    )
    assert found.manifest_span is not None
    assert found.manifest_span.file == change["seen"]


def test_two_objects_of_one_name_are_told() -> None:
    """Kustomize refuses the tree."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: cache}\n"
    made = verified({**_kustomized("  - twice.yaml"), "twice.yaml": service})
    found = _reported(made, ("", "workload", "kustomize resource Service/cache, which cache.yaml holds, too"))
    assert found.manifest_span is not None
    assert found.manifest_span.file == "twice.yaml"


@pytest.mark.parametrize("text", ["hello\n", "kind: ConfigMap\ndata: {}\n"])
def test_a_listed_file_without_object_is_told(text: str) -> None:
    found = _reported(verified({**_kustomized("  - no.yaml"), "no.yaml": text}), ("", "workload", "no.yaml"))
    assert (found.kubernetes, str(found.manifest_span)) == ("refused", "no.yaml:1:1")


@pytest.mark.parametrize("same", CATALOGUE["same"], ids=lambda same: same["name"])
def test_what_kustomize_keeps_is_silent(same: dict[str, str]) -> None:
    made = verified(_kustomized(same["line"]))
    assert [(one.service, one.subject, one.kubernetes) for one in (*made.different, *made.unknown)] == []


def _key(change: dict[str, Any]) -> tuple[str, str, str]:
    service, aspect, *item = change["at"]
    return service, aspect, *(item or [""])


def _reported(made: Verification, key: tuple[str, str, str], outcome: str = "different") -> Result:
    found = {(one.service, str(one.aspect), one.item): one for one in made.results if one.outcome == outcome}
    assert key in found, f"reported were: {sorted(found)}"
    assert found[key].reason, "what will happen is said"
    return found[key]
