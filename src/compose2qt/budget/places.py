"""Nodes while they fill: which of them take a group of pods, and why none does.

Sizes are compared as the scheduler does, in millicores and bytes, rounded up.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from compose2qt.budget.model import Amounts
from compose2qt.budget.nodes import MAX_PODS, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compose2qt.budget.demands import Demand, HostPort, Spread


class Size(NamedTuple):
    """Millicores and bytes."""

    cpu: int
    memory: int

    @classmethod
    def of(cls, amounts: Amounts) -> Size:
        """``amounts``, rounded up."""
        return cls(math.ceil(amounts.cpu.amount * 1000), math.ceil(amounts.memory.amount))


class Group(Struct, frozen=True):
    """Pods that go together, by the numbers of their workloads; ``refused`` says why no node can ever take them."""

    members: tuple[int, ...]
    asked: Amounts
    size: Size
    refused: str = ""


class Room(Struct):
    """A node while it fills."""

    node: Node
    most: Size
    cpu: int = 0
    memory: int = 0
    used: Amounts = field(default_factory=Amounts)
    pods: list[int] = field(default_factory=list)
    present: set[int] = field(default_factory=set)
    ports: list[HostPort] = field(default_factory=list)

    @classmethod
    def of(cls, node: Node) -> Room:
        """``node`` with nothing on it."""
        return cls(node, Size.of(node.allocatable))

    def holds(self, size: Size, pods: int = 1) -> bool:
        """Whether ``size`` is left."""
        fits = self.cpu + size.cpu <= self.most.cpu and self.memory + size.memory <= self.most.memory
        return fits and len(self.pods) + pods <= MAX_PODS

    def share(self, size: Size) -> float:
        """The larger part that is used, of CPU or memory, with ``size`` on it."""
        return max((self.cpu + size.cpu) / (self.most.cpu or 1), (self.memory + size.memory) / (self.most.memory or 1))


class Filling:
    """The nodes, and how many pods of those that a spread watches each of them has.

    ``least`` is what every pod needs at least: nodes that have less are looked at no more.
    """

    def __init__(self, nodes: Iterable[Node], demands: Sequence[Demand], least: Size = Size(0, 0)) -> None:  # noqa: B008 - a tuple
        self.rooms = [Room.of(one) for one in nodes]
        self.least = least
        self.open = dict.fromkeys(range(len(self.rooms)))
        self.demands = demands
        self.counts: dict[Spread, list[int]] = {}
        self.watchers: dict[int, list[list[int]]] = {}
        for spread in {spread for demand in demands for spread in demand.spreads}:
            self.counts[spread] = [0] * len(self.rooms)
            for one in spread.watched:
                self.watchers.setdefault(one, []).append(self.counts[spread])
        self.present: set[int] = set()

    def put(self, group: Group, number: int) -> None:
        """Place ``group`` on the node of this number."""
        room = self.rooms[number]
        room.cpu, room.memory, room.used = room.cpu + group.size.cpu, room.memory + group.size.memory, room.used + group.asked
        room.pods += group.members
        room.present.update(group.members)
        self.present.update(group.members)
        if not room.holds(self.least):
            self.open.pop(number, None)
        for one in group.members:
            room.ports += self.demands[one].ports
            for counts in self.watchers.get(one, ()):
                counts[number] += 1

    def takers(self, group: Group) -> Iterator[int]:
        """The numbers of the nodes that take ``group``, in their order."""
        limits, count = self.limits(group), len(group.members)
        for number in () if group.refused else self.open:
            room = self.rooms[number]
            if room.holds(group.size, count) and not self.obstacle(group, number, limits):
                yield number

    def limits(self, group: Group) -> list[tuple[Spread, int]]:
        """How many watched pods a node may have before ``group`` comes, for each spread of it."""
        found = []
        for spread in {spread for one in group.members for spread in self.demands[one].spreads}:
            lowest = 0 if len(self.rooms) < spread.domains else min(self.counts[spread])
            found.append((spread, lowest + spread.skew - sum(one in spread.watched for one in group.members)))
        return found

    def obstacle(self, group: Group, number: int, limits: list[tuple[Spread, int]]) -> str:
        """What keeps ``group`` from the node of this number, beside its size; ``limits`` are its own. Empty: nothing."""
        room = self.rooms[number]
        for one in dict.fromkeys(group.members):
            demand = self.demands[one]
            if not demand.apart.isdisjoint(room.present):
                return "apart" if one in room.present and one in demand.apart else "kept away"
            if any(port.collides(taken) for port in demand.ports for taken in room.ports):
                return "port"
        if not self._come(group, room):
            return "beside"
        return "spread" if any(self.counts[spread][number] > most for spread, most in limits) else ""

    def _come(self, group: Group, room: Room) -> bool:
        """Whether the pods of ``group`` find on ``room`` whom they have to be beside, one after the other."""
        waiting = [one for one in dict.fromkeys(group.members) if self.demands[one].beside]
        present = room.present.union(one for one in group.members if one not in waiting)
        anywhere = self.present | present
        while waiting:
            ready = [one for one in waiting if self._is_beside(one, present, anywhere)]
            if not ready:
                return False
            present, anywhere = present.union(ready), anywhere.union(ready)
            waiting = [one for one in waiting if one not in ready]
        return True

    def _is_beside(self, one: int, present: set[int], anywhere: set[int]) -> bool:
        """Whether those are there that the pod has to be beside; the first of pods that seek each other goes anywhere."""
        beside = self.demands[one].beside
        if all(not seeks.isdisjoint(present) for seeks in beside):
            return True
        return all(one in seeks and seeks.isdisjoint(anywhere) for seeks in beside)
