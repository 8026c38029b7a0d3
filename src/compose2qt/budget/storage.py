"""What claims ask of the storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.budget.model import Gap, VolumeBudget
from compose2qt.budget.pod import names_of, quantity
from compose2qt.budget.scale import running
from compose2qt.kube.reading import items, text
from compose2qt.manifests.model import at
from compose2qt.source import Scalar
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compose2qt.budget.scale import Ranges
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node

_LONGEST = 10
"""No number of pods has as many digits."""
_SIZE = ("resources", "requests", "storage")


def without_made(applied: Sequence[Object], scaled: Ranges) -> list[Object]:
    """``applied`` without the claims that a StatefulSet among them makes, or takes over: its templates count them."""
    numbers: dict[tuple[str, str], int] = {}
    for item in applied:
        for template in items(item.root, "spec", "volumeClaimTemplates") if item.kind == "StatefulSet" else ():
            numbers[item.namespace, f"{text(template, 'metadata', 'name')}-{item.name}"] = running(item, scaled).count
    return [item for item in applied if item.kind != "PersistentVolumeClaim" or not _is_made(item, numbers)]


def _is_made(claim: Object, numbers: dict[tuple[str, str], int]) -> bool:
    name, _, ordinal = claim.name.rpartition("-")
    return ordinal.isdecimal() and len(ordinal) < _LONGEST and int(ordinal) < numbers.get((claim.namespace, name), 0)


def volumes(item: Object, scaled: Ranges) -> Iterator[VolumeBudget]:
    """The claims that ``item`` is or creates, one row for each template."""
    for name, spec, count in _claims(item, scaled):
        size = quantity(at(spec, _SIZE)) or ZERO
        modes = names_of(at(spec, ("accessModes",)))
        yield VolumeBudget(item.id, spec.span, name, size, count, modes, _text(at(spec, ("storageClassName",))), item.namespace)


def storage_gaps(item: Object) -> Iterator[Gap]:
    """The claims of ``item`` whose size is absent or not a quantity."""
    for name, spec, _ in _claims(item, {}):
        node = at(spec, _SIZE)
        if quantity(node) is None:
            reason = "it is not set" if node is None else "it is not a Kubernetes quantity such as 10Gi"
            yield Gap(item.id, name, "requests.storage", reason, node.span if node else spec.span, item.namespace)


def _claims(item: Object, scaled: Ranges) -> Iterator[tuple[str, Node, int]]:
    """(name, spec, number) of every claim."""
    spec = item.at("spec")
    if item.kind == "PersistentVolumeClaim" and spec is not None:
        yield item.name, spec, 1
    elif item.pod_path is not None:
        count = running(item, scaled).count
        templates = item.at("spec", "volumeClaimTemplates") if item.kind == "StatefulSet" else None
        yield from _templates(templates, (), count)
        yield from _templates(item.at(*item.pod_path, "volumes"), ("ephemeral", "volumeClaimTemplate"), count)


def _templates(node: Node | None, inner: tuple[str, ...], count: int) -> Iterator[tuple[str, Node, int]]:
    for entry in items(node):
        spec = at(entry, (*inner, "spec"))
        if spec is not None:
            name = at(entry, ("name",) if inner else ("metadata", "name"))
            yield _text(name) or "", spec, count


def _text(node: Node | None) -> str | None:
    return str(node.value) if isinstance(node, Scalar) and node.value is not None else None
