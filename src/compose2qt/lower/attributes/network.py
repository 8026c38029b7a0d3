"""Ports and names."""

import ipaddress
import re
from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.kube.names import is_qualified_name, is_service_name, is_subdomain
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import (
    ALIASES,
    BLOCKED,
    HEADLESS,
    HOST_ALIASES,
    HOST_NETWORK,
    HOSTNAME,
    HOSTNAME_OVERRIDE,
    LINKS,
    PORTS,
)
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Link, Port, PortUse
from compose2qt.source import Mapping, Node, Scalar, Sequence

_PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "sctp": "SCTP"}
_HOSTNAME_OVERRIDE_SINCE = 35  # on by default: KEP-4762


@converts(
    "ports",
    Fidelity.PARTIAL,
    fields=(PORTS,),
    losses={
        "host-port": Lost(
            "nothing is exposed outside the cluster by default",
            "reach it with `kubectl port-forward` (see the summary), or add a route in the mapping",
            Severity.INFO,
        ),
        "bad-port": Lost("this is no port on which a container can listen", "write a port from 1 to 65535"),
        "name": Lost("the ports of a pod are named by protocol and number", "", Severity.INFO),
        "app-protocol": Lost(
            "a Service cannot say so: the name is no registered one, and has no domain before it",
            "write a name such as http, or example.com/name",
            Severity.INFO,
        ),
    },
)
def ports(value: tuple[Port, ...], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The container port, on a ClusterIP Service; the published port is reported with its port-forward."""
    for port in value:
        protocol = _PROTOCOLS.get(port.protocol.lower())
        if protocol is None or not 0 < port.target < 65536:
            yield Lose("bad-port", of=port.node)
            continue
        spoken = port.app_protocol if is_qualified_name(port.app_protocol) else ""
        yield Fill(PORTS, PortUse(port.target, protocol, spoken, port.published), of=_carried(port, spoken))
        yield from _of_the_host(port)
        if name := port.node.get("name"):
            yield Lose("name", of=name)
        if not spoken and (given := port.node.get("app_protocol")):
            yield Lose("app-protocol", of=given)


def _carried(port: Port, spoken: str) -> dict[str, Node]:
    """The nodes that give the parts of a port."""
    parts = {"number": "target", "protocol": "protocol", **({"app_protocol": "app_protocol"} if spoken else {})}
    return {part: node for part, key in parts.items() if (node := port.node.get(key)) is not None}


def _of_the_host(port: Port) -> Iterator[Effect]:
    """What Docker opens on the host: nothing of it is carried."""
    opened = {key: node for key in ("published", "host_ip") if (node := port.node.get(key)) is not None}
    if opened:
        detail = f"{port.host_ip}:{port.published}".strip(":") + f" -> {port.target}"
        yield Lose("host-port", of=port.node.with_entries(opened), detail=detail)
    if mode := port.node.get("mode"):
        yield Lose("host-port", of=mode) if port.mode == "host" else Use("the Service leads to every pod", of=mode)


@converts(
    "expose",
    Fidelity.PARTIAL,
    fields=(PORTS,),
    losses={"bad-port": Lost("this is no port or range of ports", "write a port such as 8080, 8080-8090 or 53/udp")},
)
def expose(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Ports of the Service, like ``ports``. Ranges give one port each."""
    for item in value.items:
        found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(\w+))?", str(item.value) if isinstance(item, Scalar) else "")
        protocol = _PROTOCOLS.get((found[3] or "tcp").lower()) if found else None
        numbers = range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)
        if not numbers or protocol is None or not 0 < numbers[0] <= numbers[-1] < 65536:
            yield Lose("bad-port", of=item)
            continue
        for number in numbers:
            yield Fill(PORTS, PortUse(number, protocol), of=item)


@converts(
    "networks",
    Fidelity.PARTIAL,
    fields=(ALIASES,),
    losses={
        "segment": Lost(
            "pods of a namespace reach each other; networks do not keep them apart",
            "convert with --network-policy where services must not reach each other",
            Severity.INFO,
        ),
        "address": Lost("pods have no fixed addresses", "use the Service's name instead of an address"),
        "interface": Lost("a pod has one interface, which the cluster configures", "", Severity.INFO),
        "illegal-alias": Lost(
            "a Service cannot have this name; references to it are followed to the service's own",
            "use a DNS label as alias",
        ),
        "apart": Lost(
            "services of separate networks have the same alias: in the cluster the name leads to all of them",
            "give each an alias of its own, or convert the parts into two namespaces",
            Severity.ERROR,
        ),
        "taken-alias": Lost(
            "another service has this name of its own; references are followed to this service", "use another alias"
        ),
    },
)
def networks(value: dict[str, Node], plan: ServicePlan) -> Iterator[Effect]:
    """Aliases become further Services; the separation of networks is reported.

    An alias of several services is one Service in front of all their pods, as in Docker.
    """
    for node in value.values():
        if not isinstance(node, Mapping) or not node.entries:
            isolated = plan.plan.network_policy is not None
            yield Use("NetworkPolicies select its members", of=node) if isolated else Lose("segment", of=node)
            continue
        for key, part in node.entries.items():
            if key == "aliases":
                yield from _aliases(part, plan)
            elif key in ("ipv4_address", "ipv6_address", "link_local_ips", "mac_address"):
                yield Lose("address", of=part)
            elif not key.startswith("x-"):
                yield Lose("interface", of=part)


def _aliases(node: Node, plan: ServicePlan) -> Iterator[Effect]:
    for item in node.items if isinstance(node, Sequence) else ():
        name = str(item.value) if isinstance(item, Scalar) else ""
        if name == plan.service.name:
            yield Use("the alias is the service's own name", of=item)
        elif is_service_name(name):
            yield Fill(ALIASES, name, of=item)
        elif name in plan.plan.hosts and plan.plan.hosts[name].service not in _own_names(plan):
            yield Fill(ALIASES, plan.plan.hosts[name].service, of=item)
        else:
            yield Lose("illegal-alias", of=item)


def _own_names(plan: ServicePlan) -> set[str]:
    """The Services that are named after targets."""
    return {one.service.value if one.service else one.name for one in plan.plan.targets}


@converts(
    "hostname",
    Fidelity.PARTIAL,
    fields=(HOSTNAME, HOSTNAME_OVERRIDE),
    losses={
        "illegal-name": Lost(
            "a pod's host name consists of lower-case DNS labels; a similar one is set", "rename it", Severity.INFO
        ),
        "domain": Lost("the target version gives pods only the first label of a host name", "use names without dots"),
    },
)
def hostname(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """``hostname`` of the pod: what the program sees as its own name.

    One with dots is ``hostnameOverride`` where the target version has it, else its first label.
    """
    labels = [re.sub(r"[^a-z0-9]+", "-", label).strip("-")[:63].strip("-") for label in value.lower().split(".")]
    legal = ".".join(label for label in labels if label)
    if not legal:
        yield Lose("illegal-name")
        return
    if legal != value:
        yield Lose("illegal-name", detail=f"{value[:80]} is {legal[:80]}")
    if "." not in legal:
        yield Fill(HOSTNAME, legal)
    elif plan.minor >= _HOSTNAME_OVERRIDE_SINCE and len(legal) <= 64:
        yield Fill(HOSTNAME_OVERRIDE, legal)
    else:
        yield Fill(HOSTNAME, legal.partition(".")[0])
        yield Lose("domain")


@converts(
    "extra_hosts",
    Fidelity.PARTIAL,
    fields=(HOST_ALIASES,),
    losses={
        "host-gateway": Lost("a pod cannot name its node", "run that program in the cluster, or name it by its real address"),
        "no-address": Lost("a host alias needs an IP address", "write NAME=ADDRESS"),
    },
)
def extra_hosts(value: dict[str, Node], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``hostAliases`` of the pod."""
    for name, node in value.items():
        for item in node.items if isinstance(node, Sequence) else (node,):
            address = str(item.value) if isinstance(item, Scalar) else ""
            if address == "host-gateway":
                yield Lose("host-gateway", of=item)
            elif _is_address(address) and is_subdomain(name.lower()):
                yield Fill(HOST_ALIASES, (address, name.lower()), of=item)
            else:
                yield Lose("no-address", of=item, detail=name[:80])


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@converts(
    "container_name",
    Fidelity.NONE,
    losses={
        "name": Lost(
            "pods get names of their own; references to it are followed to the Service", "use the Service's name", Severity.INFO
        )
    },
)
def container_name(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Only a name on the host: others reach the workload by its Service, and references are followed."""
    yield Lose("name")


@converts(
    "links",
    Fidelity.PARTIAL,
    fields=(LINKS,),
    losses={
        "alias": Lost(
            "no Service can have the link's alias; references to it are followed to the service's own name",
            "use the service's name",
        )
    },
)
def links(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:
    """Services reach each other by name without links; the alias of a link becomes a further Service of the other."""
    for item in value.items:
        name, _, alias = str(item.value).partition(":") if isinstance(item, Scalar) else ("", "", "")
        if alias in ("", name):
            yield Use("reached by its Service's name", of=item)
            continue
        yield Fill(LINKS, Link(name, alias), of=item)
        if not is_service_name(alias) or alias in plan.project.services:
            yield Lose("alias", of=item)


@converts("deploy.endpoint_mode", Fidelity.FULL, fields=(HEADLESS,))
def endpoint_mode(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``dnsrr`` is a headless Service: its name gives the addresses of all pods. ``vip`` is an ordinary one."""
    yield Fill(HEADLESS, True) if value == "dnsrr" else Use("vip: an ordinary Service")


@converts(
    "network_mode",
    Fidelity.PARTIAL,
    fields=(HOST_NETWORK, BLOCKED),
    losses={
        "no-network": Lost("a pod always has a network", "convert with --network-policy: it closes the pod"),
        "container": Lost(
            "the network of a container outside the project cannot be shared",
            "bring that container into the project",
            Severity.ERROR,
        ),
        "apart": Lost(
            "the two services do not run in one pod, so they share no network", "merge them in the mapping", Severity.ERROR
        ),
    },
)
def network_mode(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """``service:x`` runs the container in the pod of that service. ``host`` waits for a decision: it is the node's network."""
    mode, _, other = value.partition(":")
    if mode == "host":
        yield Fill(HOST_NETWORK, True)
        yield Fill(BLOCKED, "network_mode: host gives the pod the network of its node")
    elif mode == "none" and plan.plan.network_policy is not None:
        yield Use("NetworkPolicies close the pod")
    elif mode == "none":
        yield Lose("no-network")
    elif mode == "service":
        together = plan.target.beside or other in plan.target.sources
        yield Use("the two run in one pod") if together else Lose("apart", detail=other)
    elif mode == "container" and plan.target.beside:
        yield Use("the container is one of this project: the two run in one pod")
    elif mode == "container":
        yield Lose("container", detail=other)
    else:
        yield Use("a pod has a network of its own")


has_no_counterpart(
    "external_links",
    "the container is no part of this project",
    "bring it into the project, or make a Service without selector that leads to it",
)
has_no_counterpart(
    "dns",
    "pods ask the cluster's DNS, which knows the Services",
    "set the cluster's upstream resolver, or dnsConfig by an overlay",
    Severity.INFO,
)
has_no_counterpart("dns_search", "pods search the cluster's domains", "write full names", Severity.INFO)
has_no_counterpart("dns_opt", "pods use the cluster's resolver options", "", Severity.INFO)
has_no_counterpart("mac_address", "the cluster assigns addresses", "", Severity.INFO)
has_no_counterpart("domainname", "the cluster gives pods their domain", "", Severity.INFO)
