"""The system as a drawing: what leads to what, in columns from the outside to the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.manifests.model import WORKLOAD_KINDS
from compose2qt.manifests.references import references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.manifests.model import Tree

_WORKLOADS = 3
COLUMNS = ("Policies and scaling", "Routes", "Services", "Workloads", "Configuration", "Storage")
_COLUMN = {
    **dict.fromkeys(("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"), 0),
    **dict.fromkeys(("ServiceMonitor", "PodMonitor"), 0),
    **dict.fromkeys(("Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"), 1),
    "Service": 2,
    **dict.fromkeys(WORKLOAD_KINDS, _WORKLOADS),
    **dict.fromkeys(("ConfigMap", "Secret"), 4),
    "PersistentVolumeClaim": 5,
}


class Box(Struct, frozen=True):
    """An object in the drawing: its column, and its row in it."""

    object: str
    column: int
    row: float
    note: str = ""


class Topology(Struct, frozen=True):
    """Boxes, and lines between the objects of two boxes; ``dangling`` lines end at what the tree does not hold."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> float:
        """The number of rows of the longest column."""
        return max((box.row for box in self.boxes), default=0.0) + 1


def topology_of(tree: Tree) -> Topology:
    """The drawing of the applied objects of ``tree``; what they need and the tree lacks is drawn too."""
    columns: dict[str, int] = {item.id: _COLUMN[item.kind] for item in tree.objects if item.applied and item.kind in _COLUMN}
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
            notes[target] = "not in the tree"
        if target != source:
            lines.setdefault((source, target))
    return Topology(_boxes(columns, tuple(lines), notes), tuple(lines))


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
