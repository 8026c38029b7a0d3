"""The Services of workloads: under which names and on which ports each answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compose2qt.kube.names import is_service_name
from compose2qt.lower.environment import service_name
from compose2qt.lower.fields import ALIASES, HEADLESS, LINKS, NODE_PORT, PORTS, SERVICE_TYPE, TRAFFIC_POLICY
from compose2qt.mapping.datastores import known_ports
from compose2qt.mapping.infer import shortened
from compose2qt.source import Mapping as MappingNode
from compose2qt.source import Scalar, Sequence
from compose2qt.workload import ContainerPort, Endpoint, ServicePort, Traced, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compose2qt.compose import Project
    from compose2qt.lower.engine import Draft
    from compose2qt.lower.shapes import PortUse
    from compose2qt.mapping.plan import Plan, TargetPlan

READY_SUFFIX = "-ready"
CHECKED = "its health check looks there"
"""Why a port is known of which nothing says that it listens beyond loopback."""
ALIAS_LABEL = "alias.compose2qt/"
"""The prefix of the labels of pods that answer under a name which several workloads share."""


class Reach(Struct):
    """Who is reached by others, as far as values say: the ports that they mention, by target."""

    ports: dict[str, dict[int, None]] = field(default_factory=dict)
    """Ports that are written, or follow from the scheme of a URL."""
    edges: set[tuple[str, str]] = field(default_factory=set)
    """(who, whom) by target, a target itself included."""
    reached: set[str] = field(default_factory=set)
    checked: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """The ports on loopback at which a target's own health check looks."""

    def add(self, who: str, whom: str, port: int | None) -> None:
        """``who`` mentions ``whom``, with a port if one is known."""
        self.edges.add((who, whom))
        if who != whom:
            self.reached.add(whom)
        if port is not None and 0 < port < 65536:
            self.ports.setdefault(whom, {})[port] = None

    def early(self) -> set[str]:
        """Those whose pods must be found before they are ready: by themselves, or by those that they need in turn."""
        return {who for who, whom in self.edges if (whom, who) in self.edges}


class Names(Struct, frozen=True):
    """The names of Services, each of one workload or shared."""

    ready: dict[str, str]
    """The name that resolves only when the target is ready, by target."""
    aliases: dict[str, dict[str, Traced[str]]]
    """For each further name: the targets that answer under it."""

    def of(self, target: str) -> list[Traced[str]]:
        """The further names of ``target`` alone."""
        return [users[target] for users in self.aliases.values() if target in users and len(users) == 1]

    def shared(self, target: str) -> list[str]:
        """The further names that ``target`` shares with others."""
        return [name for name, users in self.aliases.items() if target in users and len(users) > 1]


def names(plan: Plan, drafts: Mapping[str, Draft]) -> Names:
    """Every name of every workload; the own names of services come first, and losses tell which aliases are taken."""
    workloads = [target for target in plan.targets if not target.init_of]
    taken = {service_name(target) for target in workloads}
    by_source = {source: target for target in workloads for source in target.sources if target.section == "services"}
    aliases: dict[str, dict[str, Traced[str]]] = {}
    for target in workloads:
        draft = drafts[target.name]
        for alias in draft.all(ALIASES):
            _claim(alias, target, draft, taken, aliases, loss=("networks", "taken-alias"))
        for link in draft.all(LINKS):
            peer = by_source.get(link.value.service)
            if not is_service_name(link.value.alias):
                continue
            if peer is None:
                draft.lose("links", "alias", [origin.span for origin in link.origins if origin.span], link.value.service)
            else:
                _claim(link.map(lambda one: one.alias), peer, draft, taken, aliases, loss=("links", "alias"))
    taken |= aliases.keys()
    ready: dict[str, str] = {}
    for target in workloads:
        name, count = shortened(service_name(target), 57) + READY_SUFFIX, 2
        while name in taken:
            name, count = f"{shortened(service_name(target), 54)}-{count}{READY_SUFFIX}", count + 1
        ready[target.name] = name
        taken.add(name)
    return Names(ready, aliases)


def tell_apart(project: Project, plan: Plan, drafts: Mapping[str, Draft], names: Names) -> None:
    """Report aliases of several services that share no network: in Docker each network has one of its own."""
    by_name = {target.name: target for target in plan.targets}
    for alias, users in names.aliases.items():
        where = {user: _networks_of(alias, by_name[user], project) for user in users} if len(users) > 1 else {}
        for user, own in where.items():
            others = [other for other, theirs in where.items() if own and theirs and own.isdisjoint(theirs)]
            if others:
                spans = [origin.span for origin in users[user].origins if origin.span]
                drafts[user].lose("networks", "apart", spans, f"{alias} of {', '.join(others)}")


def _networks_of(alias: str, target: TargetPlan, project: Project) -> set[str]:
    """The networks on which the services of ``target`` answer to ``alias``."""
    found: set[str] = set()
    services = (project.services[source].node for source in target.sources if source in project.services)
    for service in services if target.section == "services" else ():
        networks = service.get("networks")
        for network, node in networks.entries.items() if isinstance(networks, MappingNode) else ():
            stated = node.get("aliases") if isinstance(node, MappingNode) else None
            items = stated.items if isinstance(stated, Sequence) else ()
            if any(isinstance(one, Scalar) and str(one.value) == alias for one in items):
                found.add(network)
    return found


def _claim(
    alias: Traced[str],
    target: TargetPlan,
    draft: Draft,
    taken: set[str],
    aliases: dict[str, dict[str, Traced[str]]],
    *,
    loss: tuple[str, str],
) -> None:
    spans = [origin.span for origin in alias.origins if origin.span]
    if alias.value == service_name(target):
        draft.used.update(dict.fromkeys(spans, "the name of its own Service"))
    elif alias.value in taken:
        draft.lose(*loss, spans, alias.value)
    else:
        users = aliases.setdefault(alias.value, {})
        held = users.get(target.name)
        users[target.name] = Traced(alias.value, (held.origins if held else ()) + alias.origins)


def container_ports(
    target: TargetPlan, draft: Draft, image: str, exposed: Iterable[tuple[int, str]], reach: Reach
) -> tuple[Traced[ContainerPort], ...]:
    """The ports on which the container listens: as planned or declared, else those of the image, and those others mention.

    What runs to an end has other work than its image: nothing says that it serves.
    """
    if target.ports is not None:
        return tuple(port.map(lambda p: ContainerPort(p.port, p.name, p.protocol)) for port in target.ports)
    found: dict[tuple[int, str], Traced[ContainerPort]] = {}
    for use in draft.all(PORTS):
        key = (use.value.number, use.value.protocol)
        held = found.get(key)
        origins = (held.origins if held else ()) + use.origins
        spoken = use.value.app_protocol or (held.value.app_protocol if held else "")
        found[key] = Traced(ContainerPort(use.value.number, _port_name(use.value), use.value.protocol, spoken), origins)
    inferred = [(number, protocol, "the Dockerfile exposes it") for number, protocol in exposed]
    if found or target.ends:
        inferred = []
    if not found and not inferred and not target.ends:
        inferred = [(number, "TCP", "known port of the image") for number in known_ports(image)]
    inferred += [(number, "TCP", "another service connects to it") for number in reach.ports.get(target.name, ())]
    if not found and not inferred and not target.ends:
        inferred = [(number, "TCP", CHECKED) for number in reach.checked.get(target.name, ())]
    for number, protocol, reason in inferred:
        if (number, protocol) not in found:
            port = ContainerPort(number, f"{protocol.lower()}-{number}", protocol)
            found[number, protocol] = assumed(port, reason, f"inferred: {reason}")
    return tuple(found.values())


def _port_name(use: PortUse) -> str:
    """A name that is unique in the pod and legal: at most 15 characters."""
    return f"{use.protocol.lower()}-{use.number}"


def endpoints(
    target: TargetPlan,
    draft: Draft,
    ports: Iterable[Traced[ContainerPort]],
    known: Names,
    *,
    reached: bool,
    early: bool,
    awaited: bool,
) -> tuple[Endpoint, ...]:
    """The Services of ``target``: its own name, its further names, and the name that resolves only when it is ready."""
    name = service_name(target)
    service_ports = _service_ports(ports, draft)
    if not service_ports:
        draft.used.update(dict.fromkeys(draft.spans(HEADLESS), "without a port there is no Service, or a headless one"))
    found: list[Endpoint] = []
    if service_ports:
        note = "answers before readiness too: its pods reach it while they start" if early else ""
        headless = draft.one(HEADLESS)
        kind = draft.one(SERVICE_TYPE)
        policy = draft.one(TRAFFIC_POLICY) if kind else None
        found.append(
            Endpoint(
                name,
                service_ports,
                headless is not None,
                publish_not_ready=early,
                note=note,
                headless_by=headless.origins if headless else (),
                type=kind,
                traffic_policy=policy,
            )
        )
    elif reached or early:
        found.append(_every_port(name))
    plain = tuple(port.map(lambda one: replace(one, node_port=None)) for port in service_ports)
    for alias in known.of(target.name):
        own = Endpoint(alias.value, plain, publish_not_ready=early) if plain else _every_port(alias.value)
        found.append(_named(own, alias))
    if awaited:
        note = "resolves only when the pod is ready: init containers of others wait for it"
        found.append(Endpoint(known.ready[target.name], headless=True, note=note))
    return tuple(found)


def shared_endpoint(alias: str, users: Mapping[str, Traced[str]], ports: Iterable[Traced[ContainerPort]]) -> Endpoint:
    """One Service in front of all workloads that answer under ``alias``, on the ports of any of them."""
    service_ports = tuple(port.map(_service_port) for port in _distinct(ports))
    origins = tuple(origin for traced in users.values() for origin in traced.origins)
    made = Endpoint(alias, service_ports) if service_ports else _every_port(alias)
    return _named(made, Traced(alias, origins), ((f"{ALIAS_LABEL}{alias}", "true"),))


def _named(made: Endpoint, alias: Traced[str], selector: tuple[tuple[str, str], ...] = ()) -> Endpoint:
    note = made.note or ("a name that several workloads share" if selector else "")
    return replace(made, note=note, selector=selector, named=alias)


def _every_port(name: str) -> Endpoint:
    note = "no port is known: every port answers, as in Docker"
    return Endpoint(name, headless=True, publish_not_ready=True, note=note)


def _service_port(port: ContainerPort) -> ServicePort:
    return ServicePort(port.name, port.number, port.number, port.protocol, app_protocol=port.app_protocol)


def _distinct(ports: Iterable[Traced[ContainerPort]]) -> Iterable[Traced[ContainerPort]]:
    """One port of a number and protocol: the first, with what the first that says so speaks."""
    unique: dict[tuple[int, str], Traced[ContainerPort]] = {}
    for port in ports:
        key, spoken = (port.value.number, port.value.protocol), port.value.app_protocol
        held = unique.setdefault(key, port)
        if spoken and not held.value.app_protocol:
            origins = tuple(origin for origin in port.origins if origin.part == "app_protocol")
            unique[key] = Traced(replace(held.value, app_protocol=spoken), held.origins + origins, held.note)
    return unique.values()


def _service_ports(ports: Iterable[Traced[ContainerPort]], draft: Draft) -> tuple[Traced[ServicePort], ...]:
    """The ports of the Service; a node port that is asked for is that of the first one."""
    found = [port.map(_service_port) for port in _distinct(ports)]
    node_port = draft.one(NODE_PORT)
    if found and node_port is not None and draft.one(SERVICE_TYPE) is not None:
        first = found[0].value
        asked = tuple(replace(origin, part="node_port") for origin in node_port.origins)
        found[0] = Traced(replace(first, node_port=node_port.value), found[0].origins + asked, found[0].note)
    return tuple(found)
