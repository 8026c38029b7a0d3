"""Whether all pods find a place on given nodes, each with what its template demands (``demands``).

Several ways to fill the nodes are tried in turn, the largest pods first; the first that places all is shown. What is placed
here can be placed; a scheduler may find room where none of the ways finds it, seldom.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from compose2qt.budget.demands import demands
from compose2qt.budget.model import Amounts
from compose2qt.budget.nodes import node
from compose2qt.budget.places import Filling, Group, Room, Size
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from compose2qt.budget.demands import Demand, Key, Mounted
    from compose2qt.budget.model import Budget, WorkloadBudget
    from compose2qt.budget.nodes import Node
    from compose2qt.manifests.model import Object, Tree

_FEW = 100
"""Groups of pods up to which other orders than those of sizes are tried."""
_CALM = 2_000_000
"""Groups of pods times nodes up to which the emptiest node is looked for each time."""
_SHUFFLES = 16
"""How many of them."""
_MOST = 20_000
"""Pods that are placed one by one."""


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
    assumed: tuple[tuple[str, str], ...] = ()
    """(workload, what its node is taken to have): not looked at."""

    @property
    def ok(self) -> bool:
        """Whether every pod has a place."""
        return not self.unplaced


class Placed(NamedTuple):
    """Filled nodes, and the workloads of which a group of pods found no place, with the reason."""

    filling: Filling
    missing: list[tuple[int, str]]


class _Wanted(NamedTuple):
    """All that is to be placed."""

    workloads: tuple[WorkloadBudget, ...]
    demands: tuple[Demand, ...]
    groups: tuple[Group, ...]

    @property
    def daemons(self) -> Iterator[int]:
        return (index for index, one in enumerate(self.workloads) if one.each_node)


def fit(tree: Tree, budget: Budget, nodes: Sequence[Node]) -> Fit:
    """Place the pods of ``budget``, which is that of ``tree``, on ``nodes``; ``InputError`` if they are too many for it."""
    if (pods := sum(one.pods for one in budget.workloads if not one.each_node)) > _MOST:
        message = f"--nodes: the tree runs {pods:,} pods, and at most {_MOST:,} are placed one by one"
        raise InputError.of("too-many-pods", message, fix="leave --nodes out, or name a part of the tree")
    wanted = _wanted(tree, budget)
    placed = _best(wanted, nodes)
    names = [one.object for one in budget.workloads]
    loads = tuple(Load(room.node, room.used, tuple(names[one] for one in room.pods)) for room in placed.filling.rooms)
    missing = tuple(Unplaced(names[index], reason) for index, reason in placed.missing)
    assumed = tuple(
        (one.object, what) for one, demand in zip(wanted.workloads, wanted.demands, strict=True) for what in demand.open
    )
    if not missing:
        return Fit(loads, (), len(nodes), assumed)
    largest = max(nodes, key=lambda one: (one.capacity.cpu, one.capacity.memory))
    return Fit(loads, missing, _enough(wanted, largest), assumed)


def _wanted(tree: Tree, budget: Budget) -> _Wanted:
    known: dict[tuple[str, str], Object] = {}
    for item in tree.workloads:
        if item.applied:
            known.setdefault((item.namespace, item.id), item)
    found = demands(tree, [known.get((one.namespace, one.object)) for one in budget.workloads])
    return _Wanted(budget.workloads, found, tuple(_groups(budget.workloads, found)))


def _groups(workloads: Sequence[WorkloadBudget], found: Sequence[Demand]) -> Iterator[Group]:
    """Pods that go together: usually one; all that share a claim of one node."""
    roots: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while (above := roots.setdefault(key, key)) != key:
            key = above
        return key

    claimed: list[tuple[int, tuple[Mounted, ...]]] = []
    for index, (workload, demand) in enumerate(zip(workloads, found, strict=True)):
        for ordinal in range(demand.first, demand.first + (0 if workload.each_node else workload.pods)):
            claims = (*demand.claims, *(one.numbered(ordinal) for one in demand.templates))
            claimed.append((index, claims))
            for claim in claims:
                roots[root(claim.key)] = root(claims[0].key)
    together: dict[Key, list[int]] = {}
    for number, (index, claims) in enumerate(claimed):
        together.setdefault(root(claims[0].key) if claims else (-number, ""), []).append(index)
    users = Counter(claim for _, claims in claimed for claim in set(claims) if claim.alone)
    alone = {root(claim.key): claim.name for claim, number in users.items() if number > 1}
    for key, members in together.items():
        asked = Amounts.total(workloads[one].pod_requests for one in members)
        yield Group(tuple(members), asked, Size.of(asked), _refused(members, found, alone.get(key, "")))


def _refused(members: Sequence[int], found: Sequence[Demand], alone: str) -> str:
    """Why pods that must be on one node cannot be; empty if they can."""
    if alone:
        return f"only one pod may mount the claim {alone}"
    counts = Counter(members)
    if any(counts[other] > (other == one) for one in counts for other in found[one].apart):
        return "its pods share a claim of one node, and must be on different nodes"
    ports = [port for one in members for port in found[one].ports]
    if any(port.collides(other) for index, port in enumerate(ports) for other in ports[:index]):
        return "its pods share a claim of one node, and take the same port of it"
    return ""


def _best(wanted: _Wanted, nodes: Sequence[Node]) -> Placed:
    """The first way to fill ``nodes`` that places all; else the one that places the most."""
    tried: list[Placed] = []
    more = range(_SHUFFLES if len(wanted.groups) <= _FEW else 0)
    ways = _WAYS if len(wanted.groups) * len(nodes) <= _CALM else _WAYS[:-1]
    for way in (*ways, *(_Way(_by_chance(seed), is_even=seed % 2 == 1) for seed in more)):
        placed = _place(wanted, nodes, way)
        if not placed.missing:
            return placed
        tried.append(placed)
    return min(tried, key=lambda one: len(one.missing))


def _place(wanted: _Wanted, nodes: Sequence[Node], way: _Way) -> Placed:
    sizes = [group.size for group in wanted.groups]
    least = Size(min((size.cpu for size in sizes), default=0), min((size.memory for size in sizes), default=0))
    filling = Filling(nodes, wanted.demands, least)
    missing = [(index, reason) for index in wanted.daemons for reason in _daemons(filling, wanted.workloads[index], index)]
    largest = Size(max(room.most.cpu for room in filling.rooms) or 1, max(room.most.memory for room in filling.rooms) or 1)
    waiting = sorted(wanted.groups, key=lambda group: way.order(group.size, largest), reverse=True)
    while waiting:
        left = _left(filling, waiting, way)
        if len(left) == len(waiting):
            break
        waiting = left  # whom they wanted beside them may have come
    reasons = {group.members: _reason(filling, group, wanted) for group in {group.members: group for group in waiting}.values()}
    missing += [(one, reasons[group.members]) for group in waiting for one in group.members]
    return Placed(filling, missing)


def _left(filling: Filling, waiting: Sequence[Group], way: _Way) -> list[Group]:
    """Those of ``waiting`` that find no place; what did not fit is not tried again before something has changed."""
    left: list[Group] = []
    failed: set[tuple[int, ...]] = set()
    for group in waiting:
        if group.members not in failed and _put(filling, group, way):
            failed.clear()
        else:
            failed.add(group.members)
            left.append(group)
    return left


def _daemons(filling: Filling, workload: WorkloadBudget, index: int) -> Iterator[str]:
    group = Group((index,), workload.pod_requests, Size.of(workload.pod_requests))
    for number, room in enumerate(filling.rooms):
        if room.holds(group.size) and not filling.obstacle(group, number, []):
            filling.put(group, number)
        else:
            yield f"{room.node.name} has no room for it"


def _put(filling: Filling, group: Group, way: _Way) -> bool:
    takers = filling.takers(group)
    if way.is_even:
        taker = min(takers, key=lambda number: filling.rooms[number].share(group.size), default=None)
    else:
        taker = next(takers, None)
    if taker is not None:
        filling.put(group, taker)
    return taker is not None


def _reason(filling: Filling, group: Group, wanted: _Wanted) -> str:
    if group.refused:
        return group.refused
    if not any(Room.of(room.node).holds(group.size, len(group.members)) for room in filling.rooms):
        asked = f"{group.asked.cpu.milli} CPU and {group.asked.memory.within('Mi')}"
        names = dict.fromkeys(wanted.workloads[one].object for one in group.members)
        together = f" ({', '.join(names)} share a claim of one node)" if len(group.members) > 1 else ""
        return f"it asks for {asked}, more than any node can give{together}"
    rooms = [number for number, room in enumerate(filling.rooms) if room.holds(group.size, len(group.members))]
    limits = filling.limits(group)
    found = Counter(filling.obstacle(group, number, limits) for number in rooms)
    return _REASONS[found.most_common(1)[0][0]] if found else "no node has room left for it"


def _enough(wanted: _Wanted, size: Node) -> int | None:
    """The smallest number of nodes of this size that is found to hold all; None if not even a node for each pod does."""
    asked = Amounts.total(group.asked for group in wanted.groups)
    given = node(1, size.capacity).allocatable  # the first node carries the cluster's own programs, and gives less
    taken = Amounts.total(wanted.workloads[index].pod_requests for index in wanted.daemons)
    left = Size.of(given).cpu - Size.of(taken).cpu, Size.of(given).memory - Size.of(taken).memory
    if min(left) <= 0 or any(group.size.cpu > left[0] or group.size.memory > left[1] for group in wanted.groups):
        return None
    least = max(1, math.ceil(Size.of(asked).cpu / left[0]), math.ceil(Size.of(asked).memory / left[1]))
    if _is_impossible(wanted, size):
        return None
    low, top, most = least, least, max(least, len(wanted.groups) + 1)
    while _best(wanted, _same(size, top)).missing:
        if top == most:
            return None
        low, top = top + 1, min(2 * top, most)
    while low < top:
        middle = (low + top) // 2
        if _best(wanted, _same(size, middle)).missing:
            low = middle + 1
        else:
            top = middle
    return top


def _is_impossible(wanted: _Wanted, size: Node) -> bool:
    """Whether two pods of each workload find no place although each of them could have a node of its own."""
    times: Counter[tuple[int, ...]] = Counter()
    few: list[Group] = []
    for group in wanted.groups:
        times[group.members] += 1
        few += [group] * (times[group.members] <= 2)
    return bool(_place(wanted._replace(groups=tuple(few)), _same(size, len(few) + 1), _EVEN).missing)


def _same(size: Node, count: int) -> tuple[Node, ...]:
    return tuple(node(index, size.capacity) for index in range(count))


class _Way(NamedTuple):
    """How nodes are filled: the largest first by ``order``, on the first node that takes it or on the emptiest."""

    order: Callable[[Size, Size], tuple[float, float]]
    is_even: bool = False


def _by_cpu(size: Size, _: Size) -> tuple[float, float]:
    return size.cpu, size.memory


def _by_share(size: Size, most: Size) -> tuple[float, float]:
    shares = size.cpu / most.cpu, size.memory / most.memory
    return max(shares), min(shares)


def _by_chance(seed: int) -> Callable[[Size, Size], tuple[float, float]]:
    """An order that is always the same, and no order of sizes."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    return lambda _size, _most: (chance.random(), 0)


_EVEN = _Way(_by_share, is_even=True)
_WAYS = (_Way(_by_cpu), _Way(_by_share), _EVEN)
_REASONS = {
    "": "no node has room left for it",
    "apart": "its pods must be on different nodes, and there are not enough",
    "kept away": "it may not be on a node with pods that are on every node with room for it",
    "port": "a port of the node that it takes is taken on every node with room for it",
    "beside": "it must be beside pods that are on no node with room for it",
    "spread": "its pods must be spread evenly, and the emptiest node has no room for it",
}
"""Why the nodes that have room do not take a pod, by what is in its way on most of them."""
