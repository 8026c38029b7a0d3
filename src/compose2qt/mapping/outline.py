"""A mapping spec to begin with: every target by its name, and as comments what is inferred for it.

It decides nothing, so converting with it gives the objects of a conversion without. A comment is a decision in the form in
which the spec takes it: without its sign it is in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from compose2qt.mapping.datastores import datastore
from compose2qt.mapping.edit import flow
from compose2qt.workload import ExecProbe, HttpProbe, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.workload import Application, Claim, Container, ContainerPort, Probe, Quantity, Traced, Workload

_HEAD = """\
# What compose2qt decides about {name} by itself. This file changes none of it: a key that is not written follows from the
# Compose project. To decide otherwise, take the # from a line and change it. Whatever is merged, renamed, dropped or added
# needs its `reason`. `compose2qt schema mapping` describes every key.
version: 1
# namespace: {name}  # none is written: everything goes where kubectl points
# rest: refuse  # a new Compose service then needs a decision here
"""
_NO_HTTP = frozenset(
    map(
        int,
        "21 22 25 53 110 143 389 465 587 636 993 995 1025 1433 1521 1883 2181 2379 3306 5432 5672 6379 8883 9042 9092 11211 "
        "26257 27017 50051".split(),
    )
)
"""Ports of other protocols (IANA's registry, and the documentation of databases and brokers): no route of HTTP leads there."""
_KINDS = (Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET, Kind.JOB)


class Outline(Struct, frozen=True):
    """What a first mapping spec shows of a conversion that no mapping decides."""

    application: Application
    plan: Plan
    pins: Mapping[str, tuple[str, ...]]
    """What ``compose`` pins: files, env files and profiles, relative to the spec's folder."""
    inactive: tuple[str, ...]
    """Services that no active profile has."""
    is_open: Callable[[str], bool]
    """Whether a text holds no known secret: a line that holds one is left out."""

    def text(self) -> str:
        """The mapping spec, the same for the same input."""
        parts = (self._head(), self._pins(), self._targets(), self._storage(), self._routes(), self._secrets())
        return "\n".join("".join(f"{line}\n" for line in lines) for part in parts if (lines := [*part]))

    def _head(self) -> Iterator[str]:
        yield from _HEAD.format(name=self.plan.name).splitlines()

    def _pins(self) -> Iterator[str]:
        given = {key: values for key, values in self.pins.items() if values}
        if given:
            yield "compose:"
        for key, values in given.items():
            yield f"  {key}: {flow(values)}"

    # Targets --------------------------------------------------------------------------------------------------

    def _targets(self) -> Iterator[str]:
        workloads = {one.name: one for one in self.application.workloads}
        containers = {
            container.name: container
            for one in self.application.workloads
            for container in (*one.pod.init_containers, *one.pod.containers)
        }
        yield "targets:"
        for target in self.plan.targets:
            if target.section == "services":
                yield from self._target(target, workloads.get(target.name), containers.get(target.name))
        if self.inactive:
            yield f"  # not converted, for none of their profiles is active: {', '.join(self.inactive)}"

    def _target(self, target: TargetPlan, workload: Workload | None, container: Container | None) -> Iterator[str]:
        yield f"  {flow(target.name)}:"
        if target.sources != (target.name,):
            yield f"    from: {flow(target.sources)}"
            yield f"    reason: A name that Kubernetes accepts, for the Compose service {', '.join(map(flow, target.sources))}."
        if target.service is not None and target.service.value != target.name:
            yield f"    service: {flow(target.service.value)}"
            if target.sources == (target.name,):
                yield "    reason: A label of the Compose file names its Service."
        if pod := target.init_of or target.beside:
            yield f"    # it runs {'before' if target.init_of else 'beside'} {pod}, in its pods"
        elif workload is not None:
            yield from self._lines("    # ", _controlled(workload, target))
        if container is not None:
            yield from self._lines("    # ", _contained(container))

    def _lines(self, lead: str, decided: Iterable[tuple[str, Any, str]]) -> Iterator[str]:
        for key, value, why in decided:
            line = f"{lead}{flow(key)}: {flow(value)}" + (f"  # {' '.join(why.split())}" if why else "")
            if self.is_open(line):
                yield line

    # The rest -------------------------------------------------------------------------------------------------

    def _storage(self) -> Iterator[str]:
        """The claims of volumes, whose names are known to the mapping."""
        volumes = {claim.value: volume for volume, claim in self.plan.volumes.items()}
        claims = [one for one in self.application.claims if one.name in volumes]
        if claims:
            yield "# storage:"
        yield from self._lines("#   ", ((one.name, _claim(one, volumes[one.name]), _why(one.size)) for one in claims))

    def _routes(self) -> Iterator[str]:
        """What Compose publishes and the tree does not: an entry for each Service."""
        names = {target.service.value if target.service else target.name: target.name for target in self.plan.targets}
        stores = {
            one.name for one in self.application.workloads if any(datastore(part.image.value) for part in one.pod.containers)
        }
        opened: dict[str, int] = {}
        kept: dict[str, None] = {}
        for service, _, port in self.application.published:
            name = names.get(service, service)
            if name in stores or port in _NO_HTTP:
                kept[f"{name}:{port}"] = None
            else:
                opened.setdefault(name, port)
        if kept:
            yield f"# no route is proposed for {', '.join(kept)}: a datastore, or no HTTP; it is reached from inside"
        if opened:
            yield "# routes:"
        for name, port in opened.items():
            route = {"host": f"{name}.example.com", "reason": "Who needs it from outside.", "paths": {"/": f"{name}:{port}"}}
            yield from self._lines("#   ", [(name, route, "")])

    def _secrets(self) -> Iterator[str]:
        containers = [container for one in self.application.workloads for container in one.pod.containers]
        shown = sorted({key for container in containers for key in _read(container, self.application)})
        if shown:
            yield "# plain_keys:  # taken for secrets; those that are none belong here"
        yield from self._lines("#   ", ((key, "Why everybody may read it.", "") for key in shown))


def _read(container: Container, application: Application) -> Iterator[str]:
    """The variables that a container reads whole from Secrets."""
    names = {source.name.value for source in container.env_from if source.is_secret}
    for secret in application.secrets:
        if secret.name in names:
            yield from (key for key, _ in secret.data)


def _controlled(workload: Workload, target: TargetPlan) -> Iterator[tuple[str, Any, str]]:
    if workload.kind in _KINDS:
        yield "kind", workload.kind.value, _why(target.kind) if target.kind else ""
    if workload.kind in (Kind.DEPLOYMENT, Kind.STATEFUL_SET):
        yield "replicas", workload.replicas.value if workload.replicas else 1, ""


def _contained(container: Container) -> Iterator[tuple[str, Any, str]]:
    yield "image", container.image.value, ""
    if container.ports:
        yield "ports", [_port(port.value) for port in container.ports], ""
    amounts = container.resources
    requests, limits = (
        {key: amount for key, amount in (("cpu", cpu and cpu.value.cpu), ("memory", memory and memory.value.binary)) if amount}
        for cpu, memory in (
            (amounts.cpu_request, amounts.memory_request),
            (amounts.cpu_limit, amounts.memory_limit),
        )
    )
    given = {key: part for key, part in (("requests", requests), ("limits", limits)) if part}
    if given:
        yield "resources", given, _why(amounts.cpu_request) if amounts.cpu_request else ""
    for key in ("readiness", "liveness", "startup"):
        probe = getattr(container, key)
        if probe is not None and (part := _probe(probe.value)):
            yield key, part, ""


def _port(port: ContainerPort) -> Any:
    """A port as the mapping writes it, in its shortest form."""
    default = f"{port.protocol.lower()}-{port.number}"
    more = {"name": port.name} if port.name != default else {}
    more |= {"protocol": port.protocol} if port.protocol != "TCP" else {}
    return {"port": port.number, **more} if more else port.number


def _probe(probe: Probe) -> dict[str, Any]:
    """A probe as the mapping writes it; empty if it cannot say it."""
    pace = {"delay": probe.initial_delay, "period": probe.period, "timeout": probe.timeout, "failures": probe.failures}
    match probe.check:
        case ExecProbe(command):
            return {"command": command, **pace}
        case HttpProbe(path, port, headers):
            return {} if headers else {"path": path, "port": port, **pace}
        case check:
            return {"port": check.port, **pace}


def _claim(claim: Claim, volume: str) -> dict[str, Any]:
    renamed = {"from": [volume], "reason": "A name that Kubernetes accepts."} if volume != claim.name else {}
    of_class = {"class": claim.storage_class} if claim.storage_class else {}
    return {"size": claim.size.value.binary, "access": claim.access_mode.value, **of_class, **renamed}


def _why(traced: Traced[Quantity] | Traced[Kind]) -> str:
    """Why a value was inferred; empty for one that Compose states."""
    return traced.note or next((origin.reason for origin in traced.origins if origin.reason), "")
