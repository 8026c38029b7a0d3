"""NetworkPolicies that keep apart what Compose's networks keep apart (docs/decisions/0018-network-policies.md).

Members of a Compose network reach each other on every port; so do pods that carry its label, and a policy for each network
says that. What comes in from outside the application is a policy for each workload.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.lower.merging import home
from compose2qt.lower.sections import declared
from compose2qt.mapping.infer import unique_names
from compose2qt.mapping.kinds import text_at
from compose2qt.source import Mapping, Sequence, spans
from compose2qt.workload import (
    AddressPeer,
    NetworkPolicy,
    PodPeer,
    PolicyRule,
    Selector,
    Traced,
    assumed,
    sourced,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Lookup

    from compose2qt.compose import Project
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.source import Node, Span
    from compose2qt.workload import Endpoint, Route, RoutePath, Workload

APPLICATION_LABEL = "compose2qt/application"
"""The label of every pod of the tree."""
NETWORK_LABEL = "network.compose2qt/"
"""The prefix of the labels that say of which networks a pod is a member."""
MODE_LABEL = "compose2qt/network-mode"
"""The label of pods that have no network at all."""
_BOTH = ("Ingress", "Egress")
_DNS = PodPeer(
    Selector((("k8s-app", "kube-dns"),)),
    Selector((("kubernetes.io/metadata.name", "kube-system"),)),
)
# Where a cache on each node answers, if the cluster has one: it has the network of its node, so no selector means it.
_DNS_CACHE = AddressPeer(Traced("169.254.20.10/32", (), "NodeLocal DNSCache"))
# The address at which clouds answer with the credentials of the node, in both families.
_METADATA = "169.254.169.254/32"
_METADATA_6 = "fd00:ec2::254/128"
_WITHOUT_METADATA = "the cloud's metadata: credentials of the node"

PortKey: TypeAlias = tuple[str, int]
"""Protocol and number."""
Peers: TypeAlias = tuple[PodPeer | AddressPeer, ...]


class Isolation(Struct, frozen=True):
    """Workloads whose pods carry the labels of their networks, and the policies that select them."""

    workloads: tuple[Workload, ...]
    policies: tuple[NetworkPolicy, ...] = ()
    networks: frozenset[str] = frozenset()
    """The Compose networks that a policy stands for."""


class _Seat(Struct, frozen=True):
    """What Compose says about the network of a workload's pods."""

    workload: Workload
    networks: dict[str, tuple[Span, ...]]
    """By network: the leaves that join it."""
    closed: tuple[Span, ...]
    """The leaves that say that there is no network."""
    published: frozenset[PortKey]

    @property
    def is_closed(self) -> bool:
        """Whether nothing comes in or goes out. Init containers that wait ask the DNS for those that they wait for."""
        waits = any(one.name.startswith("wait-for-") for one in self.workload.pod.init_containers)
        return bool(self.closed) and not self.networks and not waits


def isolate(project: Project, plan: Plan, workloads: tuple[Workload, ...], routes: Iterable[Route]) -> Isolation:
    """The policies of an application, if the plan asks for them."""
    if plan.network_policy is None:
        return Isolation(workloads)
    return _Networks(project, plan, workloads).isolation(tuple(routes))


class _Networks:
    """The networks of a project, seen from its workloads."""

    def __init__(self, project: Project, plan: Plan, workloads: tuple[Workload, ...]) -> None:
        self.project, self.plan = project, plan
        (self.application,) = unique_names((plan.name,)).values()
        self.shared: dict[str, list[Endpoint]] = {}
        """Services that several workloads share, by the first label of their pods."""
        for endpoint in (one for workload in workloads for one in workload.endpoints if one.selector):
            self.shared.setdefault(endpoint.selector[0][0], []).append(endpoint)
        inside = _targets_by_home(plan)
        self.seats = [self._seat(one, inside.get((one.section, one.sources), ())) for one in workloads]
        self.members: dict[str, list[_Seat]] = {}
        for seat in self.seats:
            for name in seat.networks:
                self.members.setdefault(name, []).append(seat)
        names = unique_names((*project.networks, *self.members))
        self.names = {name: legal for name, legal in names.items() if name in self.members}

    def isolation(self, routes: tuple[Route, ...]) -> Isolation:
        """Labels and policies; networks that nobody joins have none."""
        workloads = tuple(self._labelled(seat) for seat in self.seats)
        everybody = [self._default_deny(), self._allow_dns()]
        networks = [self._network(name) for name in self.names]
        entries = list(self._entries(_by_service(routes)))
        return Isolation(workloads, (*everybody, *networks, *entries), frozenset(self.names))

    # Members --------------------------------------------------------------------------------------------------------

    def _seat(self, workload: Workload, targets: Iterable[TargetPlan]) -> _Seat:
        networks: dict[str, tuple[Span, ...]] = {}
        closed: tuple[Span, ...] = ()
        published: set[PortKey] = set()
        for target in targets:
            moved = {port.value.replaces: port.value.port for port in target.ports or ()}
            for source in target.sources:
                node = _node(self.project, target.section, source)
                for name, leaves in _joined(self.project, node).items():
                    networks[name] = (*networks.get(name, ()), *leaves)
                if node is not None and text_at(node, "network_mode") == "none":
                    closed += spans(node.entries["network_mode"])
                published |= {(protocol, moved.get((source, number), number)) for protocol, number in _published(node)}
        if not workload.sources:
            # Compose knows nothing of it, so nothing in Compose keeps it apart.
            services = (service.node for service in self.project.services.values())
            networks = dict.fromkeys((name for node in services for name in _joined(self.project, node)), ())
        return _Seat(workload, networks, closed, frozenset(published))

    def _labelled(self, seat: _Seat) -> Workload:
        labels = [(APPLICATION_LABEL, assumed(self.application, "NetworkPolicies select it"))]
        labels += [(self._label(name), sourced(self.application, leaves)) for name, leaves in seat.networks.items()]
        labels += [(MODE_LABEL, sourced("none", seat.closed))] if seat.is_closed else []
        pod = replace(seat.workload.pod, labels=(*seat.workload.pod.labels, *labels))
        return replace(seat.workload, pod=pod)

    def _label(self, network: str) -> str:
        return f"{NETWORK_LABEL}{self.names[network]}"

    # Policies -------------------------------------------------------------------------------------------------------

    def _policy(self, file: str, purpose: str, selector: Selector, seats: Iterable[_Seat]) -> NetworkPolicy:
        blocked = all(seat.workload.blocked for seat in seats)
        return NetworkPolicy(f"{self.application}-{file}", selector, _BOTH, purpose=purpose, file=file, blocked=blocked)

    def _default_deny(self) -> NetworkPolicy:
        purpose = "Closes the pods of this tree: what no other policy lets through neither comes in nor goes out."
        selector = Selector(((APPLICATION_LABEL, self.application),))
        asked = (self.plan.network_policy.origin,) if self.plan.network_policy else ()
        directions = tuple(Traced(direction, asked) for direction in _BOTH)
        return replace(self._policy("default-deny", purpose, selector, self.seats), directions=directions)

    def _allow_dns(self) -> NetworkPolicy:
        purpose = (
            "Lets the pods of this tree find names. A cluster whose DNS is not kube-dns in kube-system needs another peer."
        )
        absent = (MODE_LABEL,) if any(seat.is_closed for seat in self.seats) else ()
        selector = Selector(((APPLICATION_LABEL, self.application),), absent=absent)
        made = self._policy("allow-dns", purpose, selector, self.seats)
        return replace(made, directions=("Egress",), egress=(PolicyRule((_DNS, _DNS_CACHE), (("UDP", 53), ("TCP", 53))),))

    def _network(self, name: str) -> NetworkPolicy:
        """The policy of one network: its members among themselves, and the way out unless it is internal."""
        node = self.project.networks.get(name)
        internal = spans(node.entries["internal"]) if node is not None and "internal" in node.entries else ()
        own = (self._label(name), self.application)
        among = PolicyRule((PodPeer(Selector((own,))),))
        purpose = f"{_origin(name)}: its members reach each other on every port, and nobody else reaches them by it."
        selector = Selector(((own[0], sourced(own[1], declared(self.project, "networks", name))),))
        made = replace(self._policy(f"network-{self.names[name]}", purpose, selector, self.members[name]), ingress=(among,))
        if _is_internal(self.project, name):
            egress = sourced("Egress", internal, "internal: to its members alone")
            return replace(made, directions=("Ingress", egress), egress=(among,))
        return replace(made, egress=(among, _way_out(internal)))

    def _entries(self, routes: Lookup[str, list[RoutePath]]) -> Iterator[NetworkPolicy]:
        """A policy for each workload that something outside the application reaches."""
        seen: set[tuple[tuple[str, str], ...]] = set()
        for seat in self.seats:
            workload = seat.workload
            opened = self._opened(seat, routes) if workload.selector not in seen else {}
            seen.add(workload.selector)
            rules: dict[Peers, list[tuple[str, int | Traced[int]]]] = {}
            for (protocol, number), (peers, traced) in opened.items():
                rules.setdefault(peers, []).append((protocol, traced or number))
            if rules:
                purpose = f"What comes to {workload.name} from outside this tree: published ports, routes, node ports."
                made = self._policy(f"entry-{workload.name}", purpose, Selector(workload.selector), (seat,))
                ingress = tuple(PolicyRule(peers, tuple(ports)) for peers, ports in rules.items())
                yield replace(made, directions=("Ingress",), ingress=ingress)

    def _opened(self, seat: _Seat, routes: Lookup[str, list[RoutePath]]) -> dict[PortKey, tuple[Peers, Traced[int] | None]]:
        """The ports that are open to the outside, and to whom there: what a route or a node port says of a port counts."""
        listened = {
            (port.value.protocol, port.value.number): port.map(lambda one: one.number)
            for container in seat.workload.pod.containers
            for port in container.ports
        }
        # Docker publishes no port of a container that has only internal networks, or none.
        has_way_out = any(not _is_internal(self.project, name) for name in seat.networks)
        outside = self._outside()
        found: dict[PortKey, tuple[Peers, Traced[int] | None]] = {
            key: (outside, port) for key, port in listened.items() if key in seat.published and has_way_out
        }
        for endpoint in self._endpoints(seat.workload):
            for key in _routed(endpoint, routes):
                found[key] = self._routes_from() or outside, listened.get(key)
        for endpoint in self._endpoints(seat.workload):
            for port in endpoint.ports if endpoint.type is not None else ():
                key = (port.value.protocol, port.value.target)
                found[key] = (), listened.get(key)
        return found

    def _outside(self) -> Peers:
        """Pods outside the tree. No block of addresses: plugins take the tree's own pods for part of it."""
        return (PodPeer(Selector(not_in=((APPLICATION_LABEL, self.application),)), Selector()),)

    def _routes_from(self) -> Peers:
        where = self.plan.network_policy.routes_from if self.plan.network_policy else None
        return (PodPeer(None, Selector((("kubernetes.io/metadata.name", where),))),) if where else ()

    def _endpoints(self, workload: Workload) -> Iterator[Endpoint]:
        """The Services in front of the workload's pods: its own, and those that it shares."""
        labels = dict.fromkeys(key for key, _ in workload.pod.labels)
        shared = (endpoint for key in labels for endpoint in self.shared.get(key, ()))
        yield from (endpoint for endpoint in workload.endpoints if not endpoint.selector)
        yield from (endpoint for endpoint in shared if all(key in labels for key, _ in endpoint.selector))


def _targets_by_home(plan: Plan) -> Lookup[tuple[str, tuple[str, ...]], list[TargetPlan]]:
    """The targets that run in the pods of each workload, by its section and sources."""
    by_name = {target.name: target for target in plan.targets}
    found: dict[tuple[str, tuple[str, ...]], list[TargetPlan]] = {}
    for target in plan.targets:
        main = home(target, by_name)
        found.setdefault((main.section, main.sources), []).append(target)
    return found


def _node(project: Project, section: str, source: str) -> Mapping | None:
    if section == "jobs":
        return project.jobs.get(source)
    service = project.services.get(source)
    return service.node if service else None


def _joined(project: Project, node: Mapping | None, seen: tuple[str, ...] = ()) -> dict[str, tuple[Span, ...]]:
    """The networks of a service with the leaves that say so; a network of Docker itself is called by its mode."""
    if node is None:
        return {}
    networks = node.get("networks")
    if isinstance(networks, Mapping) and networks.entries:
        return {name: _leaf(part, node) for name, part in networks.entries.items()}
    mode = text_at(node, "network_mode")
    kind, _, other = mode.partition(":")
    if kind == "service" and other in project.services and other not in seen:
        return dict.fromkeys(_joined(project, project.services[other].node, (*seen, other)), ())
    if kind in ("none", "host", "service", "container"):
        return {}
    return {f"network_mode {mode}": spans(node.entries["network_mode"])} if mode else {"default": ()}


def _leaf(part: Node, service: Mapping) -> tuple[Span, ...]:
    """The leaf that joins a network, if it is one: not the options of a network, nor what the loader has added."""
    is_given = not (isinstance(part, Mapping) and part.entries) and part.span != service.span
    return spans(part) if is_given else ()


def _published(node: Mapping | None) -> Iterator[PortKey]:
    """The container ports that others than the host itself reach over the host."""
    ports = node.get("ports") if node is not None else None
    for port in ports.items if isinstance(ports, Sequence) else ():
        number, host = text_at(port, "target"), text_at(port, "host_ip")
        if number.isdecimal() and not host.startswith("127.") and host not in ("::1", "[::1]", "localhost"):
            yield text_at(port, "protocol").upper() or "TCP", int(number)


def _is_internal(project: Project, network: str) -> bool:
    return text_at(project.networks.get(network), "internal").lower() == "true"


def _origin(network: str) -> str:
    return f"{network[:80]} of Docker" if network.startswith("network_mode ") else f"networks.{network[:80]}"


def _way_out(given: tuple[Span, ...]) -> PolicyRule:
    """To every address; those of the tree's pods stay closed by their own policies."""
    without = (Traced(_METADATA, (), _WITHOUT_METADATA),)
    everywhere = AddressPeer(sourced("0.0.0.0/0", given), without)
    return PolicyRule((everywhere, AddressPeer("::/0", (_METADATA_6,))), note="the world outside")


def _by_service(routes: Iterable[Route]) -> Lookup[str, list[RoutePath]]:
    """The paths of all routes by the Service that they lead to."""
    found: dict[str, list[RoutePath]] = {}
    for path in (path.value for route in routes for path in route.paths):
        found.setdefault(path.service, []).append(path)
    return found


def _routed(endpoint: Endpoint, routes: Lookup[str, list[RoutePath]]) -> Iterator[PortKey]:
    """The container ports behind the paths that lead to ``endpoint``."""
    for path in routes.get(endpoint.name, ()):
        behind = [port.value for port in endpoint.ports if port.value.port == path.port]
        yield from ((port.protocol, port.target) for port in behind)
        if not behind and not endpoint.ports:
            yield "TCP", path.port
