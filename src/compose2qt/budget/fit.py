"""Whether all pods find a place on given nodes: the largest first, each on the first node with room (first-fit-decreasing).

Honoured: requests against what is allocatable, pods of a node, required anti-affinity and ``DoNotSchedule`` spread over host
names, workloads that a shared ReadWriteOnce claim keeps on one node, DaemonSets on each. The answer is safe in one direction:
what is placed here can be placed; a scheduler may find room where this finds none, seldom.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.budget.model import Amounts
from compose2qt.budget.nodes import MAX_PODS, Node, node
from compose2qt.kube.reading import at, items, text
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compose2qt.budget.model import Budget, WorkloadBudget
    from compose2qt.manifests.model import Object, Tree

_HOST = "kubernetes.io/hostname"
_MOST = 100
"""How many numbers of nodes are tried, from the least that the sum of all requests needs."""


class Load(Struct, frozen=True):
    """What one node carries."""

    node: Node
    used: Amounts
    pods: tuple[str, ...]


class Unplaced(Struct, frozen=True):
    """A pod that finds no place, and why."""

    object: str
    reason: str


class Fit(Struct, frozen=True):
    """Where the pods go; ``enough`` is the smallest number of nodes of the largest size that holds all, None if none does."""

    loads: tuple[Load, ...]
    unplaced: tuple[Unplaced, ...] = ()
    enough: int | None = None

    @property
    def ok(self) -> bool:
        """Whether every pod has a place."""
        return not self.unplaced


class _Room(Struct):
    """A node while it fills."""

    node: Node
    used: Amounts = field(default_factory=Amounts)
    pods: list[str] = field(default_factory=list)

    def takes(self, pod: Amounts) -> bool:
        total, most = self.used + pod, self.node.allocatable
        return total.cpu <= most.cpu and total.memory <= most.memory and len(self.pods) < MAX_PODS

    def put(self, item: str, pod: Amounts) -> None:
        self.used += pod
        self.pods.append(item)


class _Group(Struct, frozen=True):
    """Pods that go together: usually one pod; all of the workloads that share a claim of one node."""

    objects: tuple[str, ...]
    pods: Amounts
    apart: bool = False
    even: int = 0


def fit(tree: Tree, budget: Budget, nodes: Sequence[Node]) -> Fit:
    """Place the pods of ``budget``, which is that of ``tree``, on ``nodes``."""
    loads, unplaced = _place(tree, budget, nodes)
    if not unplaced:
        return Fit(loads, (), len(nodes))
    largest = max(nodes, key=lambda one: (one.capacity.cpu, one.capacity.memory))
    return Fit(loads, unplaced, _enough(tree, budget, largest))


def _enough(tree: Tree, budget: Budget, size: Node) -> int | None:
    """The smallest number of nodes of this size that holds all; None if a pod is larger than what one of them has left."""
    room = _Room(node(1, size.capacity))  # the first node carries the cluster's own programs, and gives less
    for workload in budget.workloads:
        if workload.each_node:
            room.put(workload.object, workload.pod_requests)
    groups = _groups(tree, budget)
    if not room.takes(Amounts()) or not all(room.takes(group.pods) for group in groups):
        return None
    asked, most = Amounts.total(group.pods for group in groups), room.node.allocatable
    pairs = ((asked.cpu, room.used.cpu, most.cpu), (asked.memory, room.used.memory, most.memory))
    least = max(math.ceil(all_.amount / (has.amount - used.amount)) if all_ > ZERO else 1 for all_, used, has in pairs)
    counts = range(least, least + _MOST)
    return next((count for count in counts if not _place(tree, budget, _same(size, count))[1]), None)


def _same(size: Node, count: int) -> tuple[Node, ...]:
    return tuple(node(index, size.capacity) for index in range(count))


def _place(tree: Tree, budget: Budget, nodes: Iterable[Node]) -> tuple[tuple[Load, ...], tuple[Unplaced, ...]]:
    rooms = [_Room(one) for one in nodes]
    unplaced: list[Unplaced] = []
    for workload in budget.workloads:
        if workload.each_node:
            for room in rooms:
                if room.takes(workload.pod_requests):
                    room.put(workload.object, workload.pod_requests)
                else:
                    unplaced.append(Unplaced(workload.object, f"{room.node.name} has no room for it"))
    for group in sorted(_groups(tree, budget), key=lambda one: (one.pods.cpu, one.pods.memory), reverse=True):
        home = next((one for one in _candidates(rooms, group) if one.takes(group.pods)), None)
        if home is None:
            unplaced.append(Unplaced(group.objects[0], _reason(rooms, group)))
        else:
            home.put(group.objects[0], group.pods)
            home.pods += group.objects[1:]
    return tuple(Load(room.node, room.used, tuple(room.pods)) for room in rooms), tuple(unplaced)


def _candidates(rooms: list[_Room], group: _Group) -> list[_Room]:
    """The nodes that the group's rules allow, in the order in which they fill."""
    name = group.objects[0]
    if group.apart:
        return [room for room in rooms if name not in room.pods]
    if group.even:
        counts = [Counter(room.pods)[name] for room in rooms]
        return [room for room, count in zip(rooms, counts, strict=True) if count - min(counts) < group.even]
    return rooms


def _reason(rooms: list[_Room], group: _Group) -> str:
    if not any(_Room(room.node).takes(group.pods) for room in rooms):
        asked = f"{group.pods.cpu.milli} CPU and {group.pods.memory.within('Mi')}"
        together = f" ({', '.join(group.objects)} share a claim of one node)" if len(group.objects) > 1 else ""
        return f"it asks for {asked}, more than any node can give{together}"
    if group.apart and not _candidates(rooms, group):
        return "its pods must be on different nodes, and there are not enough"
    return "no node has room left for it"


def _groups(tree: Tree, budget: Budget) -> list[_Group]:
    together = _together(tree)
    joined: dict[str, list[WorkloadBudget]] = {}
    groups: list[_Group] = []
    for workload in budget.workloads:
        if workload.each_node:
            continue
        if workload.object in together:
            joined.setdefault(together[workload.object], []).append(workload)
        else:
            apart, even = _rules(tree.index.get(workload.object))
            groups += [_Group((workload.object,), workload.pod_requests, apart, even)] * workload.pods
    for members in joined.values():
        names = tuple(one.object for one in members for _ in range(one.pods))
        if names:
            groups.append(_Group(names, Amounts.total(one.requests for one in members)))
    return groups


def _together(tree: Tree) -> dict[str, str]:
    """The workloads that a ReadWriteOnce claim of several keeps on one node: ``Kind/name`` to the claim."""
    found: dict[str, str] = {}
    single = {item.name for item in tree.of_kind("PersistentVolumeClaim") if _is_single(item)}
    users: dict[str, list[str]] = {}
    for item in tree.workloads:
        for volume in items(item.root, *_names(item), "volumes"):
            claim = text(volume, "persistentVolumeClaim", "claimName")
            if claim in single and item.applied:
                users.setdefault(claim, []).append(item.id)
    for claim, objects in users.items():
        if len(objects) > 1:
            home = next((found[one] for one in objects if one in found), claim)
            found.update(dict.fromkeys(objects, home))
    return found


def _is_single(claim: Object) -> bool:
    modes = {str(getattr(mode, "value", "")) for mode in items(claim.root, "spec", "accessModes")}
    return bool(modes) and modes <= {"ReadWriteOnce", "ReadWriteOncePod"}


def _names(item: Object) -> tuple[str, ...]:
    return tuple(str(step) for step in item.pod_path or ())


def _rules(item: Object | None) -> tuple[bool, int]:
    """(whether each pod needs a node of its own, the largest difference between nodes) that the pod spec demands."""
    pod = item.at(*item.pod_path) if item is not None and item.pod_path else None
    terms = items(pod, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    apart = any(text(term, "topologyKey") == _HOST for term in terms)
    for spread in items(pod, "topologySpreadConstraints"):
        if text(spread, "topologyKey") == _HOST and text(spread, "whenUnsatisfiable") != "ScheduleAnyway":
            skew = at(spread, ("maxSkew",))
            return apart, int(str(getattr(skew, "value", 1))) if str(getattr(skew, "value", 1)).isdecimal() else 1
    return apart, 0
