"""The requests and sizes that nobody stated: a conversion writes small ones, so the totals are no more than a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.budget.model import Amounts, Gap
from compose2qt.budget.pod import quantity
from compose2qt.manifests.model import at
from compose2qt.source import Scalar
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from compose2qt.manifests.model import Object
    from compose2qt.source import Path

_WHY = "nobody states it: this is assumed"
_STARTS_FIRST = "initContainers"
_SIZE = ("spec", "resources", "requests", "storage")


def assumed_amounts(item: Object, chosen: Collection[Path]) -> Amounts:
    """What one pod of ``item`` requests at the paths that were ``chosen`` for it."""
    found = {"cpu": ZERO, "memory": ZERO}
    for path in _requests(chosen):
        if path[-1] in found:
            found[str(path[-1])] += quantity(item.at(*path)) or ZERO
    return Amounts(**found)


def assumed_gaps(item: Object, chosen: Collection[Path]) -> Iterator[Gap]:
    """The assumed amounts of ``item``: of its containers, and of the claim that it is."""
    for path in _requests(chosen):
        node, name = item.at(*path), at(item.at(*path[:-3]), ("name",))
        label = str(name.value) if isinstance(name, Scalar) else item.name
        amount = str(node.value) if isinstance(node, Scalar) else ""
        yield Gap(item.id, label, f"requests.{path[-1]}", _WHY, item.span_of(path), item.namespace, amount)


def is_assumed_size(chosen: Collection[Path]) -> bool:
    """Whether the size of a claim was chosen for it."""
    return _SIZE in chosen


def _requests(chosen: Collection[Path]) -> Iterator[Path]:
    """The paths of amounts; what only runs before the containers is small and counts for nothing."""
    return (path for path in chosen if path[-3:-1] == ("resources", "requests") and _STARTS_FIRST not in path)
