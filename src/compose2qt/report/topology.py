"""The system as a drawing: what leads to what, in columns from the outside to the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.reading import items, text, texts
from compose2qt.manifests.model import WORKLOAD_KINDS
from compose2qt.manifests.references import references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.manifests.model import Object, Tree

_WORKLOADS = 3
COLUMNS = ("Policies and scaling", "Routes", "Services", "Workloads", "Configuration", "Storage")
_COLUMN = {
    **dict.fromkeys(("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"), 0),
    **dict.fromkeys(("ServiceMonitor", "PodMonitor"), 0),
    **dict.fromkeys(("Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"), 1),
    **dict.fromkeys(("IngressRoute", "IngressRouteTCP", "IngressRouteUDP"), 1),
    "Service": 2,
    **dict.fromkeys(WORKLOAD_KINDS, _WORKLOADS),
    **dict.fromkeys(("ConfigMap", "Secret"), 4),
    "PersistentVolumeClaim": 5,
}


ABSENT, GENERATED, TEMPLATE = "not in the tree", "made by a generator", "one for each pod"
_READY = "-ready"
"""Ends the name of a Service that only tells when another's pods are ready: it is drawn as that one."""


class Box(Struct, frozen=True):
    """An object in the drawing: its column, its row in it, and what is to be noted of it."""

    object: str
    column: int
    row: float
    note: str = ""


class Topology(Struct, frozen=True):
    """Boxes, and lines between the objects of two boxes; ``calls`` are lines from a workload to a Service that it uses."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, str], ...]
    calls: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> float:
        """The number of rows of the longest column."""
        return max((box.row for box in self.boxes), default=0.0) + 1


def topology_of(tree: Tree, calls: Iterable[tuple[str, str]] = ()) -> Topology:
    """The drawing of the applied objects of ``tree``; what they need and the tree lacks is drawn too.

    ``calls`` are the ``Kind/name`` of workloads and of the Services that they use.
    """
    ready = _ready(tree)
    columns: dict[str, int] = {
        item.id: _COLUMN[item.kind] for item in tree.objects if item.applied and item.kind in _COLUMN and item.id not in ready
    }
    notes: dict[str, str] = {}
    lines: dict[tuple[str, str], None] = {}
    for reference in references(tree):
        source = reference.source.id
        if source not in columns or reference.kind not in {*_COLUMN, "Pod"}:
            continue
        target = f"{reference.kind}/{reference.name}"
        if reference.resolved is not None and reference.resolved.applied:
            target = reference.resolved.id
        elif reference.is_selector:
            continue
        elif target not in columns:
            columns[target] = _COLUMN.get(reference.kind, _WORKLOADS)
            notes[target] = GENERATED if target in tree.elsewhere else ABSENT
        target = ready.get(target, target)
        if target != source:
            lines.setdefault((source, target))
    for item in tree.objects:
        if item.id in columns and item.applied:
            lines |= dict.fromkeys((item.id, service) for service in _routed(item) if service in columns)
            for claim in _templates(item):
                columns.setdefault(claim, _COLUMN["PersistentVolumeClaim"])
                notes.setdefault(claim, TEMPLATE)
                lines.setdefault((item.id, claim))
    used = dict.fromkeys((one, ready.get(other, other)) for one, other in calls)
    drawn = tuple((one, other) for one, other in used if one in columns and other in columns and (other, one) not in lines)
    return Topology(_boxes(columns, tuple(lines), notes), tuple(lines), drawn)


def _ready(tree: Tree) -> dict[str, str]:
    """Services that only tell when the pods of another are ready, with the other."""
    known = {item.name: item for item in tree.of_kind("Service") if item.applied}
    found = {name: known.get(name.removesuffix(_READY)) for name in known if name.endswith(_READY)}
    return {
        known[name].id: other.id
        for name, other in found.items()
        if other is not None and texts(other.root, "spec", "selector") == texts(known[name].root, "spec", "selector")
    }


def _templates(item: Object) -> Iterator[str]:
    """The claims that a StatefulSet makes, by the name that they share."""
    for template in items(item.root, "spec", "volumeClaimTemplates") if item.kind == "StatefulSet" else ():
        yield f"PersistentVolumeClaim/{text(template, 'metadata', 'name')}-{item.name}"


def _routed(item: Object) -> Iterator[str]:
    """The Services of a route of Traefik."""
    for route in items(item.root, "spec", "routes") if item.kind.startswith("IngressRoute") else ():
        yield from (f"Service/{text(service, 'name')}" for service in items(route, "services"))


def _boxes(columns: dict[str, int], lines: tuple[tuple[str, str], ...], notes: dict[str, str]) -> tuple[Box, ...]:
    """Rows by which lines are short: workloads as they come, each other column by the mean row of what it touches."""
    touching: dict[str, list[str]] = {}
    for one, other in lines:
        touching.setdefault(one, []).append(other)
        touching.setdefault(other, []).append(one)
    rows: dict[str, float] = {}
    for column in (_WORKLOADS, 2, 1, 0, 4, 5):
        names = [name for name, where in columns.items() if where == column]
        means = {name: _mean(rows[other] for other in touching.get(name, ()) if other in rows) for name in names}
        ordered = sorted(names, key=lambda name: means[name])
        free = 0.0
        for name in ordered:
            rows[name] = free if column == _WORKLOADS else max(free, means[name])
            free = rows[name] + 1
    return tuple(Box(name, column, rows[name], notes.get(name, "")) for name, column in columns.items())


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
