"""What must hold of names and networks around a difference for a rule of ``deliberate``, asked as in ``circumstances``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import MAX_LABEL, is_label, is_service_name
from compose2qt.verify.circumstances import joined, waiters
from compose2qt.verify.cluster.reach import WHOLE
from compose2qt.verify.contract import ABSENT, Answers, Aspect
from compose2qt.verify.docker.network import GENERATED
from compose2qt.verify.hosts import arrives
from compose2qt.verify.matching import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from compose2qt.verify.circumstances import Case
    from compose2qt.verify.cluster.policies import Passage
    from compose2qt.verify.contract import Fact


def is_of_the_pods(case: Case, value: str) -> bool:
    """Each pod reaches what any service in it reaches in Docker, and is reached in the same way."""
    return value == _callers_of_pod(case, frozenset())


def is_by_entrance(case: Case, value: str) -> bool:
    """Besides, pods reach the ports that the cluster opens to everybody."""
    ways = case.cluster.entrances(case.cluster.seats[case.service].pod)
    return value == _callers_of_pod(case, frozenset((one.port, one.protocol) for one in ways if one.for_everybody))


def _callers_of_pod(case: Case, entrances: frozenset[tuple[int, str]]) -> str:
    reach = case.cluster.reach
    own = reach.mates(case.service)
    met = reach.in_docker(own) | {*own}
    ways: list[tuple[Passage, Collection[str]]] = [(WHOLE, met & reach.callers.keys())]
    for way, others in reach.ways(case.service) if entrances else ():
        if entrances.issuperset(way.ports):
            ways.append((way, [other for other in others if other not in met]))
    return reach.shown(case.service, ways)


def has_a_way_out(case: Case, _: str) -> bool:
    """A service in the pod has one in Docker."""
    mates = (case.docker.contracts[other] for other in case.cluster.reach.mates(case.service))
    return any((Aspect.REACH, "outside world") not in contract.facts for contract in mates)


def is_network_of_a_mate(case: Case, value: str) -> bool:
    """Another service of the pod has this network."""
    mates = joined(case) - {case.service}
    return any(str(fact.value) == value for mate in mates if (fact := _network_fact(case, mate)) is not None)


def _network_fact(case: Case, service: str) -> Fact | None:
    return case.docker.contracts[service].facts.get((Aspect.NAMESPACES, "network"))


def has_network_of_mates(case: Case, _: str) -> bool:
    """Another service of the pod has a network in Docker."""
    return any(case.docker.network.groups[other] for other in case.cluster.reach.mates(case.service))


def is_silent(case: Case, _: str) -> bool:
    """No port is known and nobody calls it."""
    answers = case.left.value if case.left else None
    return isinstance(answers, Answers) and not answers.ports and case.service not in case.docker.network.called


def is_name_of_ended(case: Case, _: str) -> bool:
    """Those that no longer answer beside the service run to an end for others, or are held back."""
    ours, theirs = _answers(case)
    gone = set(ours.also) - set(theirs.also) if ours and theirs else set()
    return bool(gone) and all(_is_away(case, other) for other in gone) and _arrive(ours, theirs)


def _is_away(case: Case, service: str) -> bool:
    return bool(waiters(case, service)) or case.cluster.is_held_back(service)


def is_ended(case: Case, value: str) -> bool:
    """The service runs to an end for others; whoever is left under the name had it in Docker, too."""
    answers = case.left.value if case.left else None
    left = set(value.removeprefix("leads to ").split(", ")) if value != ABSENT else set()
    return isinstance(answers, Answers) and bool(waiters(case, case.service)) and left <= {*answers.also, "nothing"}


def is_name_of_other(case: Case, value: str) -> bool:
    """The name is an alias here and another service's own: it leads to that one, with the pod that it runs in."""
    if case.item == case.service or case.item not in case.docker.contracts:
        return False
    reached = set(value.removeprefix("leads to ").split(", "))
    return case.item in reached <= case.docker.joined.get(case.item, {case.item})


def is_own_name(case: Case, _: str) -> bool:
    """The item is the service's own name: it answers on the same ports, and those beside it only have an alias."""
    ours, theirs = _answers(case)
    return case.item == case.service and bool(ours and theirs and set(theirs.also) < set(ours.also)) and _arrive(ours, theirs)


def _answers(case: Case) -> tuple[Answers | None, Answers | None]:
    """How the service answers to the name on both sides."""
    theirs = case.theirs[case.service].facts.get((Aspect.NAMES, case.item))
    left, right = (fact.value if fact else None for fact in (case.left, theirs))
    return left if isinstance(left, Answers) else None, right if isinstance(right, Answers) else None


def _arrive(ours: Answers | None, theirs: Answers | None) -> bool:
    """Whether every port of one side is reached by its own number on the other."""
    return ours is not None and theirs is not None and all(arrives(theirs, *port) == port[0] for port, _ in ours.ports)


def is_without_gateway(case: Case, value: str) -> bool:
    """The other addresses of the host are kept, if it has any."""
    ours = str(case.left.value).split(", ") if case.left else []
    return value == ABSENT or set(value.split(", ")) <= set(ours)


def is_renamed(case: Case, value: str) -> bool:
    """No Service can have the item as its name: the service has another, and what has its legal form has it by right."""
    if is_service_name(case.item) or id(case.cluster.seats[case.service].pod) not in case.cluster.services.by_pod:
        return False
    legal = plain(case.item)
    owners = {one for one, names in case.docker.network.own.items() if any(plain(name) == legal for name in names)}
    mates = {mate for owner in owners for mate in case.docker.joined.get(owner, ())}
    reached = set(value.removeprefix("leads to ").split(", "))
    return value == ABSENT or bool(reached & owners and reached <= owners | mates)


def is_legal_form(case: Case, value: str) -> bool:
    """The own name is none that a pod may have, so it is generated, or written as a label; or it is the shared pod's."""
    own = case.states(Aspect.RESOLVER, "own name")
    shared = {_own_name(case, service) for service in joined(case)} - {own}
    of_others = {form for name in shared for form in (name, *_legal_forms(name))}
    return value in of_others if own == GENERATED or is_label(own) else value in {GENERATED, *of_others, *_legal_forms(own)}


def _legal_forms(name: str) -> Iterator[str]:
    """How the name of a host may be written for a pod: as a label, with its domain or without."""
    yield from (plain(name), plain(name)[:MAX_LABEL].strip("-"), plain(name.partition(".")[0]))
    yield ".".join(filter(None, map(plain, name.split("."))))


def _own_name(case: Case, service: str) -> str:
    fact = case.docker.contracts[service].facts.get((Aspect.RESOLVER, "own name"))
    return str(fact.value) if fact else ""
