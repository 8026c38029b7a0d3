"""The proof against mutations: what changes the meaning is reported at its place, what keeps it is silent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compose2qt.verify import Outcome
from shop_project import edited, manifests, verified

if TYPE_CHECKING:
    from collections.abc import Callable


CATALOGUE = yaml.safe_load((Path(__file__).parent / "mutations.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("change", CATALOGUE["changes"], ids=lambda change: change["name"])
def test_a_changed_meaning_is_reported_at_its_place(change: dict[str, Any]) -> None:
    made = verified(edited(change["file"], change["old"], change["new"]))
    outcome = Outcome(change.get("outcome", "different"))
    found = {(result.service, result.aspect.value, result.item): result for result in made.of(outcome)}
    service, aspect, *item = change["at"]
    key = (service, aspect, *(item or [""]))
    assert key in found, f"reported were: {sorted(found)}"
    result = found[key]
    assert result.reason, "what will happen is said"
    seen = result.manifest_span.file if result.manifest_span else None
    assert seen == change.get("seen", change["file"])
    if service:
        assert result.compose_span is not None
        assert result.compose_span.file.endswith("docker-compose.yml")


@pytest.mark.parametrize("same", CATALOGUE["same"], ids=lambda same: same["name"])
def test_a_kept_meaning_is_silent(same: dict[str, str]) -> None:
    made = verified(edited(same["file"], same["old"], same["new"]))
    assert [(result.service, result.subject, result.kubernetes) for result in made.different] == []
    assert made.unknown == ()


def _replaced(file: str, *pairs: tuple[str, str]) -> dict[str, str]:
    text = manifests()[file]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {**manifests(), file: text}


def _split() -> dict[str, str]:
    """The environment of web in two ConfigMaps."""
    one = "            - configMapRef: {name: web-env}\n"
    more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-more}\ndata:\n  LEVEL: info\n"
    files = _replaced("web.yaml", (one, one + one.replace("web-env", "web-more")), ("  LEVEL: info\n", ""))
    return {**files, "more.yaml": more}


def _renamed() -> dict[str, str]:
    """The claim that two share, under another name."""
    return {
        **_replaced("api.yaml", ("claimName: uploads", "claimName: files"), ("{name: uploads}\n", "{name: files}\n")),
        "worker.yaml": manifests()["worker.yaml"].replace("claimName: uploads", "claimName: files"),
    }


def _host_renamed() -> dict[str, str]:
    """A further Service of the cache, on another port, which the values follow."""
    extra = "kind: Service\nmetadata: {name: redis}\nspec: {selector: {app: cache}, ports: [{port: 7000, targetPort: 6379}]}\n"
    files = _replaced("worker.yaml", ("redis://sessions:6379/1", "redis://redis:7000/1"))
    return {**files, "redis.yaml": f"apiVersion: v1\n{extra}"}


def _with_domain() -> dict[str, str]:
    """A host name with the cluster's domain."""
    files = _replaced("worker.yaml", ("redis://sessions:6379/1", "redis://sessions.default.svc.cluster.local:6379/1"))
    return {file: text.replace("metadata: {name: ", "metadata: {namespace: default, name: ") for file, text in files.items()}


def _one_file() -> dict[str, str]:
    return {"all.yaml": "---\n".join(manifests().values())}


def _reversed() -> dict[str, str]:
    return {file: "---\n".join(reversed(text.split("---\n"))) for file, text in reversed(manifests().items())}


SHAPES = (_split, _renamed, _host_renamed, _with_domain, _one_file, _reversed)


@pytest.mark.parametrize("made", SHAPES, ids=lambda made: made.__name__.strip("_"))
def test_another_shape_of_the_same_is_silent(made: Callable[[], dict[str, str]]) -> None:
    found = verified(made())
    assert [(result.service, result.subject, result.kubernetes) for result in found.different] == []


def test_reordered_envfrom_is_reported() -> None:
    """Two maps that hold the same key: the later one wins."""
    text = manifests()["web.yaml"]
    more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-first}\ndata:\n  LEVEL: debug\n"
    first, last = "            - configMapRef: {name: web-first}\n", "            - configMapRef: {name: web-env}\n"
    right = {**manifests(), "web.yaml": text.replace(last, first + last) + more}
    wrong = {**manifests(), "web.yaml": text.replace(last, last + first) + more}
    assert not verified(right).different
    assert [(result.aspect, result.item) for result in verified(wrong).different] == [("environment", "LEVEL")]


def test_the_catalogue_is_large_enough() -> None:
    assert len({change["name"] for change in CATALOGUE["changes"]}) >= 60
    assert len({same["name"] for same in CATALOGUE["same"]}) + len(SHAPES) >= 40


def test_the_ground_is_even() -> None:
    made = verified(manifests())
    assert made.different == ()
    assert made.unknown == ()
    assert {result.service for result in made.results} == {"web", "api", "worker", "migrate", "db", "cache", "report"}
