"""What a kustomization says that is not read in the objects themselves: labels, patches, generators, transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diff.change import ABSENT, Change, change, field_change
from compose2qt.diff.effects import Effect
from compose2qt.diff.flat import flat
from compose2qt.diff.stores import Fate
from compose2qt.kube.reading import flag, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diff.change import FieldChange
    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Path

_IN_OBJECTS = frozenset("resources bases components namespace images replicas namePrefix nameSuffix".split())
"""What the objects show."""
_EFFECTS = {
    **dict.fromkeys("apiVersion kind metadata buildMetadata sortOptions openapi crds validators".split(), Effect.NONE),
    "commonLabels": Effect.REJECTED,
    "commonAnnotations": Effect.RESTART,
}
"""Common labels stand in selectors, too, and common annotations in templates of pods."""
_RENDER = "compare what `kubectl kustomize` renders of both"


def kustomized(old: Tree, new: Tree) -> Iterator[Change]:
    """The changes of kustomizations, and of the patches and other files that they apply to objects."""
    for kind, before, after in (
        ("Kustomization", old.kustomizations, new.kustomizations),
        ("Patch", old.patches, new.patches),
    ):
        yield from _files(kind, {item.file: item for item in before}, {item.file: item for item in after})


def _files(kind: str, before: dict[str, Object], after: dict[str, Object]) -> Iterator[Change]:
    for file in dict.fromkeys((*after, *before)):
        old, new = (_fields(side.get(file), kind) for side in (before, after))
        fields = tuple(
            field_change(kind, path, one, other, _effect(kind, path, before.get(file), after.get(file)))
            for path in dict.fromkeys((*old, *new))
            if (one := old.get(path, ABSENT)) != (other := new.get(path, ABSENT))
        )
        if fields and (kind == "Patch" or (file in before and file in after) or _worst(fields) > Effect.NONE):
            fates = [Fate(Effect.NONE, _RENDER)] if _worst(fields) is Effect.UNTOLD else []
            yield change(f"{kind}/{file}", "changed", _worst(fields), fates, fields)


def _worst(fields: tuple[FieldChange, ...]) -> Effect:
    return max(field.effect for field in fields)


def _fields(item: Object | None, kind: str) -> dict[Path, object]:
    if item is None:
        return {}
    return {path: value for path, value in flat(item.root, ()) if kind == "Patch" or path[0] not in _IN_OBJECTS}


def _effect(kind: str, path: Path, *sides: Object | None) -> Effect:
    if kind == "Patch":
        return Effect.UNTOLD
    if path[0] == "labels":
        entries = [entry for side in sides if side is not None for entry in items(side.root, "labels")]
        reaching = any(flag(entry, name) for entry in entries for name in ("includeSelectors", "includeTemplates"))
        return Effect.REJECTED if reaching else Effect.NONE
    return _EFFECTS.get(str(path[0]), Effect.UNTOLD)
