"""How many objects of each kind a namespace holds, and how a quota calls them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from compose2qt.budget.model import ObjectCount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.budget.model import VolumeBudget
    from compose2qt.manifests.model import Object

CLAIM = "PersistentVolumeClaim"


def counts(applied: Iterable[Object], volumes: Iterable[VolumeBudget]) -> tuple[ObjectCount, ...]:
    """Objects by namespace, kind and API group in the order of the tree; claims that templates create are counted with them."""
    found = Counter((item.namespace, item.kind, _group(item.api_version)) for item in applied if item.kind != CLAIM)
    for volume in volumes:
        found[volume.namespace, CLAIM, ""] += volume.count
    return tuple(ObjectCount(namespace, kind, group, number) for (namespace, kind, group), number in found.items())


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def plural(kind: str) -> str:
    """A kind as the API calls its resource: ``networkpolicies``, ``ingresses``, ``services``."""
    word = kind.lower()
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
