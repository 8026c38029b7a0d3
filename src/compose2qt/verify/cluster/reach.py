"""Who reaches whom: asked once for callers that are alike, so that it costs no more than what there is to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.verify.cluster.policies import Likeness, Passage
from compose2qt.verify.docker.network import EVERYONE, NOBODY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from compose2qt.verify.cluster.policies import Policies
    from compose2qt.verify.cluster.world import Container, Pod
    from compose2qt.verify.docker.network import Network

WHOLE = Passage(whole=True)
Ways: TypeAlias = "Iterable[tuple[Passage, Collection[str]]]"
"""How callers reach a service; nobody is in two of the collections."""


class Reach:
    """The services that call others, grouped by what policies say of their pods."""

    def __init__(
        self, network: Network, seats: Mapping[str, Container], held_back: Collection[int], policies: Policies | None
    ) -> None:
        self.network, self.policies, self._seats = network, policies, seats
        self._mates: dict[int, list[str]] = {}
        for service, container in seats.items():
            self._mates.setdefault(id(container.pod), []).append(service)
        seated = (service for service in network.places if service in seats)
        self.callers = dict.fromkeys(service for service in seated if id(seats[service].pod) not in held_back)
        """Every service that may call others, in the order of the project."""
        self._alike: dict[Likeness, list[str]] = {}
        self._joining: dict[int, list[Likeness]] = {}
        for service in self.callers:
            self._alike.setdefault(self._likeness(seats[service].pod), []).append(service)
        for likeness in self._alike:
            for opening in likeness.openings:
                self._joining.setdefault(opening, []).append(likeness)

    def mates(self, service: str) -> list[str]:
        """The services in the pod of ``service``, itself and those that run before it included."""
        return self._mates[id(self._seats[service].pod)]

    def ways(self, callee: str) -> Iterator[tuple[Passage, Collection[str]]]:
        """How others find ``callee`` by a short name, and policies let them through."""
        pod = self._seats[callee].pod
        own = self._likeness(pod)
        for likeness in dict.fromkeys((own, *self._candidates(pod))):
            alike: Collection[str] = self._alike.get(likeness, ())
            way = self._passage(alike, callee) if alike and likeness.namespace == pod.namespace else None
            if likeness == own and way != WHOLE:
                mates = [mate for mate in self.mates(callee) if mate in self.callers]
                alike = () if way is None else [other for other in alike if other not in mates]
                yield WHOLE, mates
            if way is not None:
                yield way, alike

    def in_docker(self, callees: Iterable[str]) -> set[str]:
        """The services whose pod holds one that shares a network with one of ``callees`` in Docker."""
        groups = {group for callee in callees for group in self.network.groups[callee]}
        pods = {id(self._seats[one].pod) for group in groups for one in self.network.members[group] if one in self._seats}
        return {mate for pod in pods for mate in self._mates[pod]}

    def shown(self, service: str, ways: Ways) -> str:
        """Who reaches ``service``, in words; it reaches itself."""
        found = list(ways)
        if sum(len(others) for way, others in found if way.whole) == len(self.callers):
            return EVERYONE
        named = {other: way for way, others in found for other in others if other != service}
        ordered = sorted(named.items(), key=lambda one: self.network.places[one[0]])
        return ", ".join(other if way.whole else f"{other} ({way.how})" for other, way in ordered) or NOBODY

    def _likeness(self, pod: Pod) -> Likeness:
        return self.policies.likeness(pod) if self.policies is not None else Likeness(pod.namespace)

    def _candidates(self, callee: Pod) -> Iterable[Likeness]:
        """Those to whom something may open a way in."""
        if self.policies is None:
            return ()
        openings = self.policies.openings(callee)
        if openings is None:
            return self._alike
        return (likeness for opening in openings for likeness in self._joining.get(id(opening), ()))

    def _passage(self, alike: Collection[str], callee: str) -> Passage | None:
        """The way of any of those that are ``alike``."""
        if self.policies is None:
            return WHOLE
        caller = self._seats[next(iter(alike))].pod
        return self.policies.passage(caller, self._seats[callee].pod, self.network.ports[callee])
