"""The comparison: every item of every contract, judged, explained or described."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.diagnostic import InputError, nearest
from compose2qt.manifests.rendering import rendered
from compose2qt.manifests.validate import refused
from compose2qt.source import plain
from compose2qt.source.disk import Disk
from compose2qt.verify.circumstances import Case
from compose2qt.verify.cluster import ClusterSide, World
from compose2qt.verify.cluster.network import dead_ends
from compose2qt.verify.cluster.process import OR_NOT_SET
from compose2qt.verify.cluster.storage import Mounts
from compose2qt.verify.cluster.world import PLACEHOLDER
from compose2qt.verify.contract import ABSENT, Aspect, Contract, Fact, Files, text_of
from compose2qt.verify.deliberate import deliberate
from compose2qt.verify.docker import docker_side
from compose2qt.verify.docker.storage import IMAGE_FILES, PERSISTENT, shared_with, users
from compose2qt.verify.effect import effect
from compose2qt.verify.hiding import Hiding, unlike
from compose2qt.verify.image import ImageFacts
from compose2qt.verify.judging import OWNERSHIP, Judge
from compose2qt.verify.matching import match
from compose2qt.verify.nesting import settle
from compose2qt.verify.reading import texts
from compose2qt.verify.verification import Explanation, Judgement, Outcome, Pairing, Result, Verification, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.manifests.model import Tree
    from compose2qt.source import Span
    from compose2qt.verify.cluster import Container
    from compose2qt.verify.contract import Key, Place
    from compose2qt.verify.docker import DockerSide

_IMAGE = (Aspect.IMAGE, "")
_CHECK, _START = (Aspect.HEALTH, "check"), (Aspect.WORKLOAD, "start")
_PACE = frozenset((Aspect.HEALTH, item) for item in ("interval", "timeout", "failures", "consequence", "start period"))
"""What says nothing where one side makes no check at all: that is told once."""
_KILLERS = {
    (Aspect.HEALTH, f"{word} check"): tuple((Aspect.HEALTH, f"{word} {item}") for item in ("timeout", "start", "grace"))
    for word in ("liveness", "startup")
}
"""The same of checks that kill, which Docker never makes: beside what is checked, and after which time it kills."""
_NEIGHBOURS = frozenset(
    (Aspect.NAMES, Aspect.REACH, Aspect.OUTSIDE, Aspect.START, Aspect.SHARING, Aspect.RESOLVER, Aspect.SURROUNDINGS)
)
"""Shorter values are not looked for inside other texts: they would hide harmless ones."""


def verify(
    project: Project,
    tree: Tree,
    *,
    docker: DockerSide | None = None,
    facts: ImageFacts | None = None,
    explanations: Iterable[Explanation] = (),
    matches: Mapping[str, str] | None = None,
    secrets: Mapping[tuple[str, str], str] | None = None,
    version: str = "",
    namespace: str = "",
) -> Verification:
    """Compare what Docker gives each container with what a cluster gives it.

    ``matches`` seats a service in a workload (``NAME``, ``Kind/NAME`` or ``NAME:CONTAINER``; empty: it has none).
    ``explanations`` are further differences that are meant, beside those of the default decisions. ``secrets`` are values
    by the name and key of Secrets that are not in the tree. ``docker`` is what Docker does with the project, if the caller
    knows it: it is changed. What an API server of ``version`` refuses is not there; without one all is taken. Objects that
    name no namespace are in ``namespace``, or ``default``. Raises ``InputError`` for a match that names no workload.
    """
    docker = docker or docker_side(project, facts)
    _refuse_strangers(matches or {}, docker)
    tree = rendered(tree)
    world = World(tree, secrets, refused(tree, version) if version else {}, namespace)
    matching = match(docker, project.name, (*world.pods, *world.held_back), matches or {}, _not_asked_for(project))
    cluster = ClusterSide(world, docker, {service: seat.container for service, seat in matching.seats.items()})
    comparison = _Comparison(project, docker, cluster, facts or ImageFacts(), explanations)
    results = comparison.results(matching.extra)
    pairings = (Pairing(service, seat.container.id, seat.how) for service, seat in matching.seats.items())
    return Verification(project.name, tuple(results), tuple(pairings))


def _not_asked_for(project: Project) -> tuple[str, ...]:
    """The services that a selection leaves out; a project of which only profiles are inactive has none."""
    wanted = set(project.profiles)
    stated = (texts(one.node, "profiles") for one in project.disabled.values())
    return tuple(project.disabled) if any(not own or wanted.intersection(own) for own in stated) else ()


def _refuse_strangers(matches: Mapping[str, str], docker: DockerSide) -> None:
    for service in matches:
        if service not in docker.contracts:
            fix = nearest(service, docker.contracts)
            raise InputError.of("undefined-service", f"--match {service}: there is no such service", fix=fix)


class _Comparison:
    """Both sides, and what excuses their differences."""

    def __init__(
        self,
        project: Project,
        docker: DockerSide,
        cluster: ClusterSide,
        images: ImageFacts,
        explanations: Iterable[Explanation],
    ) -> None:
        self.docker, self.cluster = docker, cluster
        self.contracts = {service: cluster.contract(service) for service in cluster.seats}
        self.explanations: dict[tuple[str, Aspect, str], list[Explanation]] = {}
        owners: dict[str, str] = {}
        for each in explanations:
            self.explanations.setdefault((each.service, each.aspect, each.item), []).append(each)
            if each.code == OWNERSHIP:
                owners[each.service] = each.kubernetes
        self.judge = Judge(docker, cluster, images, Disk.around(project.directory), owners)
        self._hiding = Hiding(cluster.world, (*docker.contracts.values(), *self.contracts.values()))

    def results(self, extra: Iterable[Container]) -> Iterator[Result]:
        """Every item, in the order of the project; then what runs beside it."""
        extras = tuple(extra)
        self._add_sharing(extras)
        for service, contract in self.contracts.items():
            settle(self.docker.contracts[service], contract)
        for service, contract in self.docker.contracts.items():
            if service not in self.contracts:
                fact = contract.facts[Aspect.WORKLOAD, ""]
                yield self._result(service, (Aspect.WORKLOAD, ""), fact, None)
                continue
            yield from self._service(service, contract, self.contracts[service])
        yield from self._extras(extras)
        yield from self._unread()

    def _unread(self) -> Iterator[Result]:
        """What concerns the whole tree: routes to nobody, and what nobody interprets."""
        for shown, why, span in dead_ends(self.cluster.services):
            values = (Outcome.DIFFERENT, ABSENT, why)
            yield Result("", Aspect.OUTSIDE, shown, *values, manifest_span=span, reason="clients that ask for it get an error")
        for what, span, why in self.cluster.refusals():
            values = (Outcome.DIFFERENT, ABSENT, "refused")
            yield Result("", Aspect.WORKLOAD, what, *values, manifest_span=span, reason=why)
        for what, span, advice in self.cluster.open_questions():
            values = (Outcome.UNKNOWN, ABSENT, "not interpreted")
            changing = digest([plain(item.root) for item in self.cluster.world.kustomizations.tree.kustomizations])
            yield Result("", Aspect.SURROUNDINGS, what, *values, manifest_span=span, reason=advice, digest=changing)

    def _service(self, service: str, ours: Contract, theirs: Contract) -> Iterator[Result]:
        if str(theirs.facts[Aspect.WORKLOAD, ""].value) != "runs":
            # What is not applied has no neighbours: the rest must mean the same all the same.
            ours, theirs = _alone(ours), _alone(theirs)
        skipped = self._unpaced(service, ours, theirs)
        image = self._result(service, _IMAGE, ours.facts.get(_IMAGE), theirs.facts.get(_IMAGE))
        if image.outcome in (Outcome.DIFFERENT, Outcome.UNKNOWN):
            self.judge.apart[service] = text_of(theirs.facts[_IMAGE].value)
        for key in dict.fromkeys((*ours.facts, *theirs.facts)):
            left, right = ours.facts.get(key), theirs.facts.get(key)
            if key[1].endswith(IMAGE_FILES) and not _is_kept(theirs, key[1]):
                continue
            if key not in skipped and not self.judge.is_untold(service, left, right):
                yield self._result(service, key, left, right)

    def _unpaced(self, service: str, ours: Contract, theirs: Contract) -> frozenset[Key]:
        """The pace of a check that one side does not make; but a check that is meant is meant with its pace."""
        killers = (key for check, keys in _KILLERS.items() if (service, *check) not in self.explanations for key in keys)
        if (_CHECK in ours.facts) == (_CHECK in theirs.facts):
            return frozenset(killers)
        shown = text_of(theirs.facts[_CHECK].value) if _CHECK in theirs.facts else ABSENT
        meant = {each.code for each in self.explanations.get((service, *_CHECK), ()) if each.kubernetes == shown}
        paces = (key for key in _PACE if not any(each.code in meant for each in self.explanations.get((service, *key), ())))
        return frozenset((*killers, *paces))

    def _extras(self, extra: tuple[Container, ...]) -> Iterator[Result]:
        """Containers that run no service; what init containers do is a matter of the pod's service."""
        pods = {id(container.pod): service for service, container in self.cluster.seats.items()}
        held_back = {id(pod) for pod in self.cluster.world.held_back}
        for container in extra:
            service = pods.get(id(container.pod), "")
            if id(container.pod) not in held_back and container.role != "init":
                fact = Fact(Aspect.WORKLOAD, f"container {container.name}", "runs", container.node.span)
                made = self._result(service, (fact.aspect, fact.item), None, fact)
                yield replace(made, object=container.id, digest=digest(plain(container.pod.item.root)))

    # One item -------------------------------------------------------------------------------------------------------

    def _result(self, service: str, key: Key, left: Fact | None, right: Fact | None) -> Result:
        aspect, item = key
        found = self.judge.judge(service, aspect, item, left, right)
        seat = self.cluster.seats.get(service)
        outcome, code, reason = self._outcome(service, key, left, found)
        compose, kubernetes = "starts" if key == _START else found.compose, found.kubernetes
        if outcome is not Outcome.EQUAL:
            is_secret = bool((left and left.secret) or (right and right.secret))
            compose, kubernetes = (self._hiding.shown(aspect, one, is_secret=is_secret) for one in (compose, kubernetes))
            if is_secret and compose == kubernetes:
                is_same = found.kubernetes == found.compose + OR_NOT_SET
                parts = unlike(found.compose, found.kubernetes)
                another = "another secret value" + (f": {parts} differs" if parts else "")
                kubernetes = f"the same value{OR_NOT_SET}" if is_same else another
                kubernetes = "the placeholder, not filled in" if found.kubernetes == PLACEHOLDER else kubernetes
        return Result(
            service,
            aspect,
            item,
            outcome,
            compose,
            kubernetes,
            left.span if left and left.span else self._span(service),
            right.span if right and right.span else (seat.node.span if seat else None),
            seat.id if seat else "",
            code,
            reason,
            digest(right.value.files) if right and isinstance(right.value, Files) and outcome is Outcome.DIFFERENT else "",
        )

    def _span(self, service: str) -> Span | None:
        contract = self.docker.contracts.get(service)
        return contract.span if contract else None

    def _outcome(self, service: str, key: Key, left: Fact | None, found: Judgement) -> tuple[Outcome, str, str]:
        aspect, item = key
        if found.outcome is Outcome.EQUAL:
            return found.outcome, "", ""
        for each in self.explanations.get((service, aspect, item), ()):
            if self._fits(service, each, found):
                return Outcome.EXPLAINED, each.code, each.reason
        if found.outcome is Outcome.UNKNOWN:
            return found.outcome, "", found.note
        if service in self.docker.contracts:
            excuse = deliberate(
                Case(self.docker, self.cluster, service, item, left, self.judge.look, self.contracts), aspect, found
            )
            if excuse is not None:
                return Outcome.EXPLAINED, excuse.code, excuse.reason
        if aspect is Aspect.START and _START in self.contracts[service].facts:
            return Outcome.DIFFERENT, "", "its pods are not made, or do not start: see workload start"
        return Outcome.DIFFERENT, "", effect(aspect, item, found)

    def _fits(self, service: str, each: Explanation, found: Judgement) -> bool:
        """Whether an explanation is about this difference; host names are equal when they reach the same service and port."""
        if each.compose != found.compose:
            return False
        return each.kubernetes == found.kubernetes or (
            each.aspect in (Aspect.ENVIRONMENT, Aspect.ARGV)
            and service in self.cluster.seats
            and self.judge.same_text(service, each.kubernetes, found.kubernetes)
        )

    # Sharing --------------------------------------------------------------------------------------------------------

    def _add_sharing(self, extra: tuple[Container, ...]) -> None:
        """Add to both sides who else sees the same storage, where both sides have storage at a path."""
        first: dict[int, str] = {}
        for service in self.docker.contracts:
            if service in self.cluster.stores:
                first.setdefault(id(self.cluster.seats[service]), service)
        seats = {service: first[id(self.cluster.seats[service])] for service in self.cluster.stores}
        stores = {**self.cluster.stores, **{container.id: _stores(container, self.cluster) for container in extra}}
        ours, theirs = self.docker.storage.users(seats), users(stores, seats)
        for service, paths in self.cluster.stores.items():
            for path in (path for path in self.docker.storage.stores[service] if path in paths):
                own = f"{seats[service]} at {path}"
                docker = shared_with(ours, self.docker.storage.stores[service][path], own)
                cluster = shared_with(theirs, paths[path], own)
                _share(self.docker.contracts[service], path, docker)
                _share(self.contracts[service], path, self._copies(paths[path], service, cluster))

    def _copies(self, place: Place, service: str, shown: str) -> str:
        """A claim of a template is one of each replica; another one may not be for all pods that have it."""
        if obstacle := self.cluster.obstacle(place.root):
            return f"{shown}, {obstacle}"
        scale = self.contracts[service].facts.get((Aspect.SCALE, ""))
        apart = place.root.startswith("template") and scale is not None and scale.value != "1"
        return f"{shown}, each replica has its own" if apart else shown


def _is_kept(contract: Contract, item: str) -> bool:
    """Whether a claim stands where an image's files would be at first: what else stands there is told by itself."""
    fact = contract.facts.get((Aspect.MOUNTS, item.removesuffix(f" {IMAGE_FILES}")))
    return fact is not None and str(fact.value).startswith(PERSISTENT)


def _alone(contract: Contract) -> Contract:
    return Contract({key: fact for key, fact in contract.facts.items() if key[0] not in _NEIGHBOURS}, contract.span)


def _share(contract: Contract, path: str, shown: str) -> None:
    contract.add((Fact(Aspect.SHARING, path, shown, contract.facts[Aspect.MOUNTS, path].span),))


def _stores(container: Container, cluster: ClusterSide) -> dict[str, Place]:
    mounts = Mounts(container, cluster.world.view(container.pod.namespace))
    for _ in mounts.facts():
        pass
    return {} if container.role == "init" or cluster.is_out(container) else mounts.stores
