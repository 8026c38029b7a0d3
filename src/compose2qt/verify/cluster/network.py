"""Names, reachability and entries from outside, as the cluster's DNS, kube-proxy and policies give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from compose2qt.kube.kubelet import service_variables
from compose2qt.verify.cluster.world import named_ports, selector_of
from compose2qt.verify.contract import Answers
from compose2qt.verify.reading import entries, find, is_true, items, number, text, texts
from compose2qt.verify.routing import route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node, Span
    from compose2qt.verify.cluster.world import Pod, World

ADDRESS = "<cluster address>"


class Named(NamedTuple):
    """A Service: how the pods behind it answer."""

    item: Object
    pods: tuple[Pod, ...]
    headless: bool
    waits_for_ready: bool
    """Whether the name resolves, and the Service answers, only once a pod is ready."""
    ports: tuple[tuple[int, str, Node], ...] = ()


class Entrance(NamedTuple):
    """A way into the cluster that ends at a container's port."""

    port: int
    protocol: str
    shown: str
    span: Span
    for_everybody: bool = True
    """Whether whoever reaches a node, or the address, comes in; not by way of a route, which a controller serves."""


class Services(Struct):
    """Every Service of the tree by namespace and name."""

    world: World
    named: dict[tuple[str, str], Named] = field(default_factory=dict)
    routes: dict[tuple[str, str, int], list[tuple[str, Span]]] | None = None
    by_pod: dict[int, list[Named]] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> Services:
        """The Services of ``world``; those without selector or that select nothing answer nowhere."""
        made = cls(world)
        external: list[tuple[str, Object]] = []
        for item in world.applied:
            if item.kind != "Service":
                continue
            namespace = world.namespace_of(item)
            if item.text("spec", "type") == "ExternalName":
                external.append((namespace, item))
                continue
            made.named[namespace, item.name] = _named(world, namespace, item)
        for namespace, item in external:
            # A name without a domain is looked for at the top of the DNS, where it is not.
            full = item.text("spec", "externalName")
            target = made.named.get(_home(full, namespace)) if "." in full else None
            made.named[namespace, item.name] = (
                target._replace(item=item) if target is not None else Named(item, (), headless=True, waits_for_ready=False)
            )
        for named in made.named.values():
            for pod in named.pods:
                made.by_pod.setdefault(id(pod), []).append(named)
        return made

    def find(self, name: str, namespace: str) -> Named | None:
        """The Service that pods of ``namespace`` reach as ``name``, short or with its domain."""
        found = self.named.get((namespace, name))
        return found if found is not None or "." not in name else self.named.get(_home(name, namespace))

    def answers(self, name: str, namespace: str, pod: Pod) -> Answers | None:
        """How ``pod`` answers under ``name``; None if the name does not lead there."""
        named = self.find(name, namespace)
        if named is None or pod not in named.pods:
            return None
        if named.headless:
            return Answers(every=True)
        numbers = named_ports(pod)
        ports = tuple(
            ((port, protocol), target) for port, protocol, node in named.ports if (target := _target(node, port, numbers))
        )
        return Answers(ports)

    def links(self, namespace: str) -> dict[str, str]:
        """The variables of service links in ``namespace``."""
        found: dict[str, str] = {}
        for (home, name), named in self.named.items():
            if home == namespace and not named.headless:
                ports = [(text(node, "name"), port, protocol) for port, protocol, node in named.ports]
                found |= service_variables(name, ports, ADDRESS)
        return found


def _home(name: str, namespace: str) -> tuple[str, str]:
    """The namespace and Service of a name with a domain: ``db.shop.svc.cluster.local``, ``db.shop``."""
    parts = name.rstrip(".").split(".")
    if len(parts) > 2 and parts[2] != "svc":
        return namespace, name
    return (parts[1] if len(parts) > 1 else namespace), parts[0]


def _named(world: World, namespace: str, item: Object) -> Named:
    ports: list[tuple[int, str, Node]] = []
    for node in items(item.root, "spec", "ports"):
        port = number(node, "port")
        if port is not None:
            ports.append((port, text(node, "protocol") or "TCP", node))
    return Named(
        item,
        world.selected(namespace, selector_of(item.root, "spec", "selector")),
        item.text("spec", "clusterIP") == "None",
        not is_true(item.root, "spec", "publishNotReadyAddresses"),
        tuple(ports),
    )


def _target(node: Node, port: int, numbers: Mapping[tuple[str, str], int]) -> int | None:
    written = text(node, "targetPort")
    if not written:
        return port
    return int(written) if written.isdecimal() else numbers.get((written, text(node, "protocol") or "TCP"))


# From outside ---------------------------------------------------------------------------------------------------------


def entrances(services: Services, pod: Pod) -> Iterator[Entrance]:
    """Every way from outside the cluster to ``pod``."""
    yield from _host_ports(pod)
    for named in services.by_pod.get(id(pod), ()):
        yield from _service_entrances(services, named, pod)


def _host_ports(pod: Pod) -> Iterator[Entrance]:
    for container in pod.containers:
        for port in items(container.node, "ports"):
            target, host = number(port, "containerPort"), number(port, "hostPort")
            if target and host:
                address = text(port, "hostIP")
                shown = f"host port {host}" + (f" of {address}" if address and address != "0.0.0.0" else "")  # noqa: S104 - compared, not bound
                yield Entrance(target, text(port, "protocol") or "TCP", shown, port.span)


def _service_entrances(services: Services, named: Named, pod: Pod) -> Iterator[Entrance]:
    kind = named.item.text("spec", "type")
    numbers = named_ports(pod)
    for port, protocol, node in named.ports:
        target = _target(node, port, numbers)
        if target is None:
            continue
        if kind == "LoadBalancer":
            yield Entrance(target, protocol, f"load balancer port {port}", node.span)
        elif kind == "NodePort":
            yield Entrance(target, protocol, f"node port {text(node, 'nodePort') or 'of the cluster'}", node.span)
        for external in items(named.item.root, "spec", "externalIPs"):
            yield Entrance(target, protocol, f"port {port} of {text(external)}", external.span)
        for shown, span in _routes(services).get((services.world.namespace_of(named.item), named.item.name, port), ()):
            yield Entrance(target, protocol, shown, span, for_everybody=False)


def _routes(services: Services) -> dict[tuple[str, str, int], list[tuple[str, Span]]]:
    """Routes by the Service port that they end at; computed once a tree."""
    if services.routes is None:
        services.routes = {}
        for item in services.world.applied:
            for name, port, shown, span in _backends(services, item):
                services.routes.setdefault((services.world.namespace_of(item), name, port), []).append((shown, span))
    return services.routes


def _backends(services: Services, item: Object) -> Iterator[tuple[str, int, str, Span]]:
    for node, shown in _ways(item):
        yield from _backend(services, item, node, shown)


def _ways(item: Object) -> Iterator[tuple[Node, str]]:
    """The backends of a route, each with the requests that it gets."""
    if item.kind == "Ingress":
        for rule in items(item.root, "spec", "rules"):
            for path in items(rule, "http", "paths"):
                if (node := find(path, "backend", "service")) is not None:
                    yield node, _request(item, text(rule, "host"), path)
        if (node := find(item.root, "spec", "defaultBackend", "service")) is not None:
            yield node, _request(item, "", None)
    elif item.kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"):
        hosts = ", ".join(texts(item.root, "spec", "hostnames"))
        for rule in items(item.root, "spec", "rules"):
            paths = [text(match, "path", "value") for match in items(rule, "matches")] or ["/"]
            filters = {f"filter/{text(each, 'type')}": "yes" for each in items(rule, "filters")}
            for backend in items(rule, "backendRefs"):
                yield from ((backend, route(hosts, path, annotations=filters)) for path in paths)


def _request(item: Object, host: str, path: Node | None) -> str:
    annotations = {key: text(value) for key, value in entries(item.root, "metadata", "annotations").items()}
    covered = [name for each in items(item.root, "spec", "tls") for name in texts(each, "hosts") or ("",)]
    encrypted = any(name in ("", host) or name == f"*.{host.partition('.')[2]}" for name in covered)
    exactly = text(path, "pathType") == "Exact"
    name = item.text("spec", "ingressClassName")
    return route(host, text(path, "path"), name, annotations, exactly=exactly, encrypted=encrypted)


def _backend(services: Services, item: Object, node: Node, shown: str) -> Iterator[tuple[str, int, str, Span]]:
    name, wanted = text(node, "name"), text(node, "port", "name")
    port = number(node, "port", "number") or number(node, "port")
    if port is None and wanted:
        named = services.find(name, services.world.namespace_of(item))
        port = next((each for each, _, entry in (named.ports if named else ()) if text(entry, "name") == wanted), None)
    yield name, port or 0, shown, node.span


def dead_ends(services: Services) -> Iterator[tuple[str, str, Span]]:
    """Routes that lead nowhere: the requests, why nobody answers, and where that is written."""
    # Kustomize changes the names of Services and those of backends alike.
    written = {(home, named.item.name): named for (home, _), named in services.named.items()}
    for item in services.world.applied:
        for name, port, shown, span in _backends(services, item):
            named = written.get((services.world.namespace_of(item), name))
            if named is None:
                yield shown, f"leads nowhere: Service {name} does not exist", span
            elif named.item.text("spec", "type") != "ExternalName" and port not in {each for each, _, _ in named.ports}:
                yield shown, f"leads nowhere: Service {name} has no such port", span
