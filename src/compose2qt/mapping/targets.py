"""One target of the mapping spec as a plan: what it fixes over what would be inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.diagnostic import nearest
from compose2qt.mapping import infer, kinds
from compose2qt.mapping.plan import MountPlan, PortPlan, TargetPlan
from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.workload import (
    ExecProbe,
    HttpProbe,
    Kind,
    Origin,
    OriginKind,
    Probe,
    Quantity,
    Resources,
    SecretKey,
    TcpProbe,
    Traced,
    assumed,
    mapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.compose import Project, Service
    from compose2qt.diagnostic import Collector
    from compose2qt.mapping.document import AmountsPart, EnvPart, ProbePart, TargetPart
    from compose2qt.mapping.spec import Spec
    from compose2qt.source import Node, Span

T = TypeVar("T")
SET = "set in the mapping"
"""The reason of a decision for which the spec gives none: it only sets what stays the same thing."""


class TargetResolver(Struct, frozen=True):
    """Makes the plan of one target."""

    spec: Spec
    project: Project
    collector: Collector
    name: str
    sources: tuple[str, ...]
    part: TargetPart

    def plan(self) -> TargetPlan:
        """The target's plan; what cannot be resolved is in the collector."""
        part, base = self.part, self._base()
        kind = self._fixed("kind", None if part.kind is None else Kind(part.kind)) or base.kind
        stateful = kind is not None and kind.value is Kind.STATEFUL_SET
        found = replace(
            base,
            name=self.name,
            sources=self.sources,
            origin=Origin(OriginKind.MAPPING, self.spec.key("targets", self.name), part.reason or ""),
            service=self._fixed("service", part.service),
            kind=kind,
            image=self._fixed("image", part.image),
            replicas=self._fixed("replicas", part.replicas),
            command=self._fixed("command", part.command),
            args=self._fixed("args", part.args),
            working_dir=self._fixed("working_dir", part.working_dir),
            ports=self._ports(),
            resources=self._resources(),
            mounts=self._mounts(),
            env=tuple((name, self._env(name, entry)) for name, entry in part.env.items()),
            wait_for=None
            if part.wait_for is None
            else tuple(mapped(name, self._at("wait_for", i), self._why("wait_for")) for i, name in enumerate(part.wait_for)),
            folder=part.folder or (self.name if stateful else "services"),
            purpose=part.purpose,
        )
        self._check_reasons()
        ports = [port.value.port for port in found.ports or ()] or self._compose_ports()
        return replace(
            found,
            readiness=self._probe("readiness", part.readiness, ports),
            liveness=self._probe("liveness", part.liveness, ports),
            startup=self._probe("startup", part.startup, ports),
        )

    def _base(self) -> TargetPlan:
        """What would be inferred from the first source; of a target without sources, a Deployment."""
        services = [self.project.services[name] for name in self.sources if name in self.project.services]
        if services:
            return infer.target(services[0], self.name, kinds.callers(self.project))
        key = (("app.kubernetes.io/name", self.name),)
        origin = Origin(OriginKind.DEFAULT)
        return TargetPlan(self.name, (), origin, kind=assumed(Kind.DEPLOYMENT, "a service"), labels=key, selector=key)

    # Places and reasons ---------------------------------------------------------------------------------------

    def _at(self, *path: str | int) -> Span:
        return self.spec.at("targets", self.name, *path)

    def _why(self, key: str) -> str:
        return self.part.reasons.get(key) or self.part.reason or SET

    def _fixed(self, key: str, value: T | None) -> Traced[T] | None:
        return None if value is None else mapped(value, self._at(key), self._why(key))

    def _check_reasons(self) -> None:
        for key in self.part.reasons:
            if key not in self.part.model_fields_set:
                given = sorted(self.part.model_fields_set - {"sources", "reason", "reasons"})
                self.collector.error(
                    "reason-of-nothing",
                    f"{key!r} has a reason, but the target {self.name} does not set it",
                    self.spec.key("targets", self.name, "reasons", key),
                    nearest(key, given),
                )

    # Values ---------------------------------------------------------------------------------------------------

    def _compose_ports(self) -> list[int]:
        return [port for name in self.sources if (one := self.project.services.get(name)) for port in compose_ports(one)]

    def _ports(self) -> tuple[Traced[PortPlan], ...] | None:
        if self.part.ports is None:
            return None
        found: list[Traced[PortPlan]] = []
        for index, port in enumerate(self.part.ports):
            at = self._at("ports", index)
            plan = PortPlan(port.name or f"{port.protocol.lower()}-{port.port}", port.port, port.protocol)
            plan = replace(plan, replaces=self._replaced(port.replaces, port.port, index))
            if plan.name in [other.value.name for other in found]:
                self.collector.error("port-name-twice", f"two ports are called {plan.name}", at, "give them different names")
            found.append(mapped(plan, at, self._why("ports")))
        self._check_ports([port.value for port in found])
        return tuple(found)

    def _replaced(self, given: str | None, port: int, index: int) -> tuple[str, int] | None:
        """The (service, port) that a port stands for: as given, else the first source that listens on the same."""
        if given is None:
            same = (name for name in self.sources if port in self._ports_of(name))
            return next(((name, port) for name in same), None)
        service, _, number = given.rpartition(":")
        service = service or (self.sources[0] if len(self.sources) == 1 else "")
        if service not in self.sources:
            self.collector.error(
                "unknown-port-source",
                f"{given!r} is not `service:port` of a Compose service of {self.name}",
                self._at("ports", index, "replaces"),
                nearest(service, self.sources),
            )
            return None
        known = self._ports_of(service)
        if known and int(number) not in known:
            self.collector.warning(
                "unknown-port-source",
                f"{service} does not say in Compose that it listens on {number}",
                self._at("ports", index, "replaces"),
                f"known: {', '.join(map(str, known))}",
            )
        return service, int(number)

    def _ports_of(self, name: str) -> list[int]:
        service = self.project.services.get(name)
        return compose_ports(service) if service else []

    def _check_ports(self, ports: list[PortPlan]) -> None:
        """Compose ports that no port stands for: references to them would lead nowhere, so that needs a reason."""
        tell = self.collector.warning if "ports" in self.part.reasons else self.collector.error
        kept = {port.replaces for port in ports} | {(name, port.port) for name in self.sources for port in ports}
        for name in self.sources:
            for number in self._ports_of(name):
                if (name, number) not in kept:
                    tell(
                        "port-left-out",
                        f"{name} listens on {number} in Compose, and no port of the target {self.name} stands for it",
                        self._at("ports"),
                        f"add `replaces: {name}:{number}` to the port that does, or `ports` with its reason to `reasons`",
                    )

    def _resources(self) -> Resources | None:
        part = self.part.resources
        if part is None:
            return None
        classes = self.spec.document.resources
        known = classes.get(part.use) if part.use else None
        if part.use and known is None:
            at = self._at("resources", "use") if isinstance(self._node("resources"), Mapping) else self._at("resources")
            self.collector.error("unknown-class", f"there is no resource class {part.use!r}", at, nearest(part.use, classes))
        requests = self._amounts(part.requests, known.requests if known else None, part.use)
        limits = self._amounts(part.limits, known.limits if known else None, part.use)
        return Resources(*requests, *limits)

    def _node(self, key: str) -> Node | None:
        targets = self.spec.tree.get("targets")
        own = targets.get(self.name) if isinstance(targets, Mapping) else None
        return own.get(key) if isinstance(own, Mapping) else None

    def _amounts(
        self, own: AmountsPart, of_class: AmountsPart | None, use: str | None
    ) -> tuple[Traced[Quantity] | None, Traced[Quantity] | None]:
        why = self.part.reasons.get("resources") or (f"resource class {use}" if use else self._why("resources"))

        def amount(given: str | None, default: str | None) -> Traced[Quantity] | None:
            text = given or default
            return mapped(Quantity.parse(text), self._at("resources"), why) if text else None

        return (
            amount(own.cpu, of_class.cpu if of_class else None),
            amount(own.memory, of_class.memory if of_class else None),
        )

    def _mounts(self) -> tuple[Traced[MountPlan], ...] | None:
        if self.part.mounts is None:
            return None
        claims = self.spec.document.storage
        for index, mount in enumerate(self.part.mounts):
            if mount.claim not in claims:
                self.collector.error(
                    "unknown-claim",
                    f"there is no claim {mount.claim!r}",
                    self._at("mounts", index),
                    f"{nearest(mount.claim, claims)}; claims stand under `storage`",
                )
        return tuple(
            mapped(
                MountPlan(mount.claim, mount.path, mount.read_only, mount.sub_path),
                self._at("mounts", index),
                self._why("mounts"),
            )
            for index, mount in enumerate(self.part.mounts)
        )

    def _env(self, name: str, entry: EnvPart) -> Traced[str] | Traced[SecretKey]:
        at, why = self.spec.key("targets", self.name, "env", name), entry.reason or self._why("env")
        if entry.secret is not None:
            return mapped(SecretKey(entry.secret, entry.key or name), at, why)
        return mapped(entry.value or "", at, why)

    def _probe(self, key: str, part: ProbePart | None, ports: list[int]) -> Traced[Probe] | None:
        if part is None:
            return None
        port = part.port or next(iter(ports), None)
        if part.command is None and port is None:
            self.collector.error(
                "probe-without-port", f"the {key} probe of {self.name} has no port to ask", self._at(key), "give it a `port`"
            )
        check = (
            ExecProbe(part.command)
            if part.command is not None
            else HttpProbe(part.path, port or 0)
            if part.path is not None
            else TcpProbe(port or 0)
        )
        return self._fixed(key, Probe(check, part.period, part.timeout, part.failures, part.delay))


def compose_ports(service: Service) -> list[int]:
    """The container ports that a service declares, in order."""
    return list(dict.fromkeys(_declared(service.node.get("ports"), service.node.get("expose"))))


def _declared(ports: Node | None, expose: Node | None) -> Iterator[int]:
    for port in ports.items if isinstance(ports, Sequence) else ():
        number = port.get("target") if isinstance(port, Mapping) else None
        if isinstance(number, Scalar) and str(number.value).isdecimal():
            yield int(str(number.value))
    for item in expose.items if isinstance(expose, Sequence) else ():
        text = str(item.value).partition("/")[0] if isinstance(item, Scalar) else ""
        if text.isdecimal():
            yield int(text)
