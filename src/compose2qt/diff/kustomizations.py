"""What a kustomization says that the objects it renders do not show: generators, transformers, annotations for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diff.change import ABSENT, Change, change, field_change
from compose2qt.diff.effects import Effect
from compose2qt.diff.flat import flat
from compose2qt.diff.stores import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Path

_IN_OBJECTS = frozenset(
    "resources bases components namespace images replicas namePrefix nameSuffix labels commonLabels patches patchesJson6902 "
    "patchesStrategicMerge".split()
)
"""What the objects show."""
_EFFECTS = {
    **dict.fromkeys("apiVersion kind metadata buildMetadata sortOptions openapi crds validators".split(), Effect.NONE),
    "commonAnnotations": Effect.RESTART,
}
"""Common annotations stand in the templates of pods, too. What is not here may do anything."""


def kustomized(old: Tree, new: Tree) -> Iterator[Change]:
    """The changes of the kustomizations of both trees."""
    before, after = ({item.file: item for item in tree.kustomizations} for tree in (old, new))
    for file in dict.fromkeys((*after, *before)):
        one, other = _fields(before.get(file)), _fields(after.get(file))
        fields = tuple(
            field_change("Kustomization", path, first, second, _EFFECTS.get(str(path[0]), Effect.UNTOLD))
            for path in dict.fromkeys((*one, *other))
            if (first := one.get(path, ABSENT)) != (second := other.get(path, ABSENT))
        )
        worst = max((field.effect for field in fields), default=Effect.NONE)
        if worst > Effect.NONE or (fields and file in before and file in after):
            fates = [Fate(Effect.NONE, "compare what `kubectl kustomize` renders of both")] if worst is Effect.UNTOLD else []
            yield change(f"Kustomization/{file}", "changed", worst, fates, fields)


def _fields(item: Object | None) -> dict[Path, object]:
    return {path: value for path, value in flat(item.root, ()) if path[0] not in _IN_OBJECTS} if item is not None else {}
