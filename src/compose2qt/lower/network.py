"""The Services of workloads: under which names and on which ports each answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.lower.environment import service_name
from compose2qt.lower.fields import ALIASES, PORTS
from compose2qt.lower.references import find
from compose2qt.mapping.datastores import known_ports
from compose2qt.workload import ContainerPort, Endpoint, ServicePort, Traced, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.environment import Variables
    from compose2qt.lower.shapes import PortUse
    from compose2qt.mapping.plan import Plan, TargetPlan

READY_SUFFIX = "-ready"


def container_ports(target: TargetPlan, draft: Draft, image: str, referred: Iterable[int]) -> tuple[Traced[ContainerPort], ...]:
    """The ports on which the container listens: as planned or declared, else those of a known image, else as others say."""
    if target.ports is not None:
        return tuple(port.map(lambda p: ContainerPort(p.port, p.name, p.protocol)) for port in target.ports)
    found: dict[tuple[int, str], Traced[ContainerPort]] = {}
    for use in draft.all(PORTS):
        key = (use.value.number, use.value.protocol)
        held = found.get(key)
        origins = (held.origins if held else ()) + use.origins
        found[key] = Traced(ContainerPort(use.value.number, _port_name(use.value), use.value.protocol), origins)
    inferred = [(number, "known port of the image") for number in known_ports(image)] if not found else []
    inferred += [(number, "another service connects to it") for number in referred]
    for number, reason in inferred:
        if (number, "TCP") not in found:
            found[number, "TCP"] = assumed(ContainerPort(number, f"tcp-{number}"), reason, f"inferred: {reason}")
    return tuple(found.values())


def _port_name(use: PortUse) -> str:
    """A name that is unique in the pod and legal: at most 15 characters."""
    return f"{use.protocol.lower()}-{use.number}"


def endpoints(
    target: TargetPlan, draft: Draft, ports: tuple[Traced[ContainerPort], ...], *, awaited: bool, reached: bool
) -> tuple[Endpoint, ...]:
    """The Services of ``target``: its own name, its aliases, and the name that resolves only when it is ready."""
    name = service_name(target)
    service_ports = tuple(port.map(lambda p: ServicePort(p.name, p.number, p.number, p.protocol)) for port in ports)
    found: list[Endpoint] = []
    if service_ports:
        found.append(Endpoint(name, service_ports))
    elif reached:
        note = "no port is known: every port answers, as in Docker"
        found.append(Endpoint(name, headless=True, publish_not_ready=True, note=note))
    found += [
        Endpoint(alias.value, service_ports, headless=not service_ports) for alias in draft.all(ALIASES) if alias.value != name
    ]
    if awaited:
        note = "resolves only when the pod is ready: init containers of others wait for it"
        found.append(Endpoint(name + READY_SUFFIX, headless=True, note=note))
    return tuple(found)


def referred_ports(plan: Plan, variables: Mapping[str, Variables]) -> dict[str, dict[int, None]]:
    """For each Service name that variables of others mention: the ports they mention, in order."""
    by_service = {host.service: host for host in plan.hosts.values()}
    found: dict[str, dict[int, None]] = {}
    for values in variables.values():
        for name, traced in values.items():
            for reference in find(traced.value, by_service, name):
                ports = found.setdefault(reference.host, {})
                if reference.port is not None and 0 < reference.port < 65536:
                    ports[reference.port] = None
    return found
