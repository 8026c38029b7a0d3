"""What a mapping decides, as explanations: for each container the facts that the mapping fixes, beside Docker's.

Nothing here reads the manifests: the expected facts follow from the Compose project and the plan alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.mapping.plan import host_path
from compose2qt.proof.expected import A_PROBE, Expected, killing, paced, process, reason_of, resources, scale
from compose2qt.verify import (
    ABSENT,
    HOST,
    IMAGE_FILES,
    OF_WAITS,
    PERSISTENT,
    Answers,
    Aspect,
    Explanation,
    Files,
    Folder,
    Place,
    normalized,
    route,
    shared_with,
    text_of,
    users,
)
from compose2qt.workload import Kind, SecretKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.mapping.plan import Plan, SharedMap, TargetPlan
    from compose2qt.verify import DockerSide
    from compose2qt.workload import Route, RoutePath

_REFERENCE = re.compile(r"\$\(([^)]*)\)")


class Decisions:
    """The decisions of a plan, against what Docker gives each service."""

    def __init__(self, project: Project, plan: Plan, docker: DockerSide) -> None:
        self.project, self.plan, self.docker = project, plan, docker
        self.moved = [(re.compile(rf"(?<![\w.-]){re.escape(old)}(?!\d)"), new) for old, new in _moved(plan).items()]
        """How addresses with a port of Compose are found, and what stands in their place."""
        self._variables: dict[str, dict[str, str]] = {}
        self._shared: dict[str, list[tuple[str, str, str]]] = {}
        self.ids = {target.name: _id(target) for target in plan.targets}

    def explanations(self) -> Iterator[Explanation]:
        """Every difference that the mapping makes."""
        for name, origin in self.plan.dropped.items():
            yield from self._dropped(name, origin.reason)
        for target in self.plan.targets:
            expected = tuple(self._target(target))
            for service in target.sources:
                if service in self.docker.contracts:
                    yield from self._service(service, (*expected, *self._merged(target, service)))
        yield from self._sharing()

    def _dropped(self, name: str, reason: str) -> Iterator[Explanation]:
        yield Explanation(name, Aspect.WORKLOAD, "", "runs", ABSENT, "mapping.dropped", reason)
        for service, contract in self.docker.contracts.items():
            if (fact := contract.facts.get((Aspect.START, name))) is not None:
                yield Explanation(service, Aspect.START, name, text_of(fact.value), ABSENT, "mapping.dropped", reason)

    def _service(self, service: str, expected: Iterable[Expected]) -> Iterator[Explanation]:
        facts = self.docker.contracts[service].facts
        for each in expected:
            fact = facts.get((each.aspect, each.item))
            compose = text_of(fact.value if fact else None)
            yield Explanation(service, each.aspect, each.item, compose, each.value, each.code, each.reason)

    # One target -----------------------------------------------------------------------------------------------------

    def _target(self, target: TargetPlan) -> Iterator[Expected]:
        yield from process(target)
        yield from scale(target)
        if target.resources is not None:
            yield from resources(target.resources, target.origin.reason)
        if target.readiness is not None:
            yield from paced(target.readiness.value, "mapping.probe", reason_of(target.readiness, A_PROBE))
        yield from killing(target.liveness, target.startup)
        yield from self._mounts(target)
        yield from self._seeds(target)
        yield from self._waits(target)
        yield from self._names(target)
        yield from self._routes(target)
        yield from self._environment(target)

    def _mounts(self, target: TargetPlan) -> Iterator[Expected]:
        if target.mounts is None:
            return
        reason = target.origin.reason
        planned = {mount.value.path: mount for mount in target.mounts}
        for path, mount in planned.items():
            inside = f", folder {mount.value.sub_path.strip('/')} of it" if mount.value.sub_path else ""
            access = "read-only" if mount.value.read_only else "read-write"
            yield Expected(Aspect.MOUNTS, path, f"{PERSISTENT}{inside}, {access}", "mapping.mount", reason_of(mount, reason))
        for service in target.sources:
            for path in self.docker.storage.stores.get(service, ()):
                if path not in planned:
                    yield Expected(Aspect.MOUNTS, path, ABSENT, "mapping.mount", reason)

    def _seeds(self, target: TargetPlan) -> Iterator[Expected]:
        """The claims that are filled with what the image of ``target`` has."""
        seeds = {claim: seed for claim, seed in self.plan.seeds.items() if seed.value == target.name}
        places = [(mount.value.claim, mount.value.path) for mount in target.mounts or ()]
        for service in target.sources if seeds and target.mounts is None else ():
            for path, place in self.docker.storage.stores.get(service, {}).items():
                moved = self.plan.volumes.get(place.root.removeprefix("volume "))
                places.append((moved.value if moved else "", path))
        for claim, path in places:
            if (seed := seeds.get(claim)) is not None:
                yield Expected(
                    Aspect.MOUNTS, f"{path} {IMAGE_FILES}", "yes", "mapping.seed", reason_of(seed, target.origin.reason)
                )

    def _waits(self, target: TargetPlan) -> Iterator[Expected]:
        if (image := self.plan.wait_image) is not None:
            yield Expected(Aspect.IMAGE, OF_WAITS, normalized(image.value), "mapping.wait", reason_of(image, ""))
        if target.wait_for is None:
            return
        reason = target.origin.reason
        named = {wait.value: reason_of(wait, reason) for wait in target.wait_for}
        by_name = {other.name: other for other in self.plan.targets}
        awaited: set[str] = set()
        for name, why in named.items():
            for item in by_name[name].sources or (self.ids[name],):
                awaited.add(item)
                yield Expected(Aspect.START, item, "healthy", "mapping.wait", why)
        for service in self.docker.contracts:
            if service not in awaited:
                yield Expected(Aspect.START, service, ABSENT, "mapping.wait", reason)

    def _names(self, target: TargetPlan) -> Iterator[Expected]:
        """Names that lead elsewhere, and ports that moved."""
        own = target.service.value if target.service else target.name
        reason = reason_of(target.service, target.origin.reason)
        ports = tuple(((port.value.port, port.value.protocol), port.value.port) for port in target.ports or ())
        for service in target.sources:
            for name in self.docker.network.own.get(service, ()):
                if name != own:
                    yield Expected(Aspect.NAMES, name, ABSENT, "mapping.renamed", reason)
                elif ports:
                    yield Expected(Aspect.NAMES, name, str(Answers(ports)), "mapping.ports", reason)

    def _routes(self, target: TargetPlan) -> Iterator[Expected]:
        own = target.service.value if target.service else target.name
        shown: dict[int, list[str]] = {}
        reasons: dict[int, str] = {}
        for planned in self.plan.routes:
            for path in planned.paths:
                if path.value.service == own:
                    shown.setdefault(path.value.port, []).append(shown_route(planned, path.value))
                    reasons[path.value.port] = reason_of(path, "a route of the mapping")
        for port, found in shown.items():
            yield Expected(Aspect.OUTSIDE, f"{port}/TCP", ", ".join(sorted(found)), "mapping.route", reasons[port])

    # Environment ----------------------------------------------------------------------------------------------------

    def _environment(self, target: TargetPlan) -> Iterator[Expected]:
        """What the maps that the target reads may hold for each key, then what the target fixes itself."""
        values: dict[str, str] = {}
        for shared in self.plan.shared:
            for name, origin in shared.dropped:
                yield Expected(Aspect.ENVIRONMENT, name, ABSENT, "mapping.variable", origin.reason)
            if shared.readers is None or target.name in shared.readers:
                if shared.name not in self._shared:
                    # Each once, and where it is said last: the last value of a key counts.
                    self._shared[shared.name] = [*reversed(dict.fromkeys(reversed([*self._held(shared)])))]
                for name, value, reason in self._shared[shared.name]:
                    values[name] = value
                    yield Expected(Aspect.ENVIRONMENT, name, value, "mapping.shared", reason)
        for service in target.sources:
            values |= self._given(service)
        for name, traced in target.env:
            value = self._secret(traced.value) if isinstance(traced.value, SecretKey) else traced.value
            value = _REFERENCE.sub(lambda match: values.get(match[1], match[0]), value)
            values[name] = value
            yield Expected(Aspect.ENVIRONMENT, name, value, "mapping.variable", reason_of(traced, target.origin.reason))

    def _held(self, shared: SharedMap) -> Iterator[tuple[str, str, str]]:
        given = {name: traced for name, traced in shared.values if traced.value is not None}
        for name in shared.keys:
            yield name, f"<Secret {shared.name}, key {name}>", shared.origin.reason
        for target in self.plan.targets:
            if shared.readers is None or target.name in shared.readers:
                for service in target.sources:
                    for name, value in self._given(service).items():
                        if shared.takes_rest or name in shared.keys:
                            yield name, value, shared.origin.reason
        for name, traced in given.items():
            yield name, str(traced.value), reason_of(traced, shared.origin.reason)

    def _secret(self, key: SecretKey) -> str:
        """The value of a Secret's key: what Compose gives any service under this name."""
        values = (self._given(service).get(key.key) for service in self.docker.contracts)
        return next((value for value in values if value is not None), f"<Secret {key.secret}, key {key.key}>")

    def _given(self, service: str) -> dict[str, str]:
        """The variables of a service in Docker, with ports where the mapping moves them."""
        if service not in self._variables:
            contract = self.docker.contracts.get(service)
            facts = [fact for fact in contract.facts.values() if fact.aspect is Aspect.ENVIRONMENT] if contract else ()
            self._variables[service] = {fact.item: self._at_new_ports(text_of(fact.value)) for fact in facts}
        return self._variables[service]

    def _at_new_ports(self, value: str) -> str:
        for old, new in self.moved:
            value = old.sub(new, value)
        return value

    # Several targets ------------------------------------------------------------------------------------------------

    def _merged(self, target: TargetPlan, service: str) -> Iterator[Expected]:
        """What the other services of a target bring with them, and what moved with their ports."""
        for name, value in self._given(service).items():
            yield Expected(Aspect.ENVIRONMENT, name, value, "mapping.ports", target.origin.reason)
        for other in target.sources:
            contract = self.docker.contracts.get(other)
            for (aspect, item), fact in contract.facts.items() if contract and other != service else ():
                value = self._at_new_ports(text_of(fact.value)) if aspect is Aspect.ENVIRONMENT else text_of(fact.value)
                yield Expected(aspect, item, value, "mapping.merged", target.origin.reason)
                if isinstance(fact.value, Folder):
                    for kept in _kept(fact.value):
                        yield Expected(aspect, item, kept, "mapping.merged", target.origin.reason)
            if contract and other != service:
                facts = (contract.facts.get((Aspect.USER, item)) for item in ("group", "user"))
                group = next((text_of(fact.value) for fact in facts if fact is not None), "")
                yield Expected(Aspect.USER, "group of volumes", group, "mapping.merged", target.origin.reason)
        if len(target.sources) > 1:
            for other in target.sources:
                yield Expected(Aspect.START, other, ABSENT, "mapping.merged", target.origin.reason)

    def _sharing(self) -> Iterator[Explanation]:
        """Who shares storage once targets mount what the mapping says."""
        stores = self._expected_stores()
        order = list(self.docker.contracts)
        seats = self._seats(order)
        ours, theirs = self.docker.storage.users(seats), users(stores, {})
        for target in self.plan.targets:
            seat = _seat(target, order, self.ids)
            for path, place in stores[seat].items():
                for service in target.sources:
                    own = self.docker.storage.stores.get(service, {})
                    if path in own and service in seats:
                        docker = shared_with(ours, own[path], f"{seat} at {path}")
                        cluster = shared_with(theirs, place, f"{seat} at {path}")
                        reason = target.origin.reason
                        yield Explanation(service, Aspect.SHARING, path, docker, cluster, "mapping.mount", reason)

    def _seats(self, order: list[str]) -> dict[str, str]:
        """The name under which each service's container is called where storage is shared."""
        return {service: _seat(t, order, self.ids) for t in self.plan.targets for service in t.sources if service in order}

    def _expected_stores(self) -> dict[str, dict[str, Place]]:
        found: dict[str, dict[str, Place]] = {}
        order = list(self.docker.contracts)
        for target in self.plan.targets:
            paths: dict[str, Place] = {}
            for service in target.sources if target.mounts is None else ():
                for path, place in self.docker.storage.stores.get(service, {}).items():
                    key = place.root.removeprefix("volume ")
                    if place.root == HOST:
                        key = host_path(self.project.relative("/" + "/".join(place.inside)))
                    claim = self.plan.volumes.get(key)
                    paths[path] = Place(claim.value) if claim else place
            for mount in target.mounts or ():
                paths[mount.value.path] = Place.of(mount.value.claim, mount.value.sub_path)
            found[_seat(target, order, self.ids)] = paths
        return found


def _kept(folder: Folder) -> Iterator[str]:
    """What becomes of a mount of the host: a claim, or the file."""
    yield f"{PERSISTENT}, {'read-only' if folder.read_only else 'read-write'}"
    yield str(Files((("", "", False),)))


def _id(target: TargetPlan) -> str:
    kind = target.kind.value if target.kind else Kind.DEPLOYMENT
    return f"{kind.value}/{target.name}"


def _seat(target: TargetPlan, order: list[str], ids: dict[str, str]) -> str:
    """A container's name in sharing: that of its first service, else its workload and container."""
    return next((service for service in order if service in target.sources), f"{ids[target.name]}: {target.name}")


def _moved(plan: Plan) -> dict[str, str]:
    """``host:old`` to ``host:new`` for every port that a target replaces."""
    found: dict[str, str] = {}
    for target in plan.targets:
        for port in target.ports or ():
            if port.value.replaces and port.value.replaces[1] != port.value.port:
                found[f"{port.value.replaces[0]}:{port.value.replaces[1]}"] = f"{port.value.replaces[0]}:{port.value.port}"
    return found


def shown_route(planned: Route, path: RoutePath) -> str:
    """A path of a route as a cluster is seen to serve it."""
    annotations = {key: traced.value for key, traced in planned.annotations}
    return route(planned.host, path.path, planned.class_name or "", annotations, encrypted=planned.tls_secret is not None)
