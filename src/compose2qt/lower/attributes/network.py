"""Ports and names."""

from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.kube.names import is_label
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import ALIASES, HOST_ALIASES, HOSTNAME, PORTS
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Port, PortUse
from compose2qt.source import Mapping, Node, Scalar, Sequence

_PROTOCOLS = {"tcp": "TCP", "udp": "UDP", "sctp": "SCTP"}


@converts(
    "ports",
    Fidelity.PARTIAL,
    fields=(PORTS,),
    losses={
        "host-port": Lost(
            "nothing is exposed outside the cluster by default",
            "reach it with `kubectl port-forward` (see the summary), or add a route in the mapping",
            Severity.INFO,
        )
    },
)
def ports(value: tuple[Port, ...], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The container port, on a ClusterIP Service; the published port is reported with its port-forward."""
    for port in value:
        protocol = _PROTOCOLS.get(port.protocol, "TCP")
        yield Fill(PORTS, PortUse(port.target, protocol, port.name, port.published), of=port.node)
        if port.published:
            yield Lose("host-port", of=port.node.get("published"), detail=f"{port.published} -> {port.target}")


@converts("expose", Fidelity.FULL, fields=(PORTS,))
def expose(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Ports of the Service, like ``ports``. Ranges give one port each."""
    for item in value.items:
        if isinstance(item, Scalar):
            numbers, _, protocol = str(item.value).partition("/")
            first, _, last = numbers.partition("-")
            for number in range(int(first), int(last or first) + 1):
                yield Fill(PORTS, PortUse(number, _PROTOCOLS.get(protocol.lower(), "TCP")), of=item)


@converts(
    "networks",
    Fidelity.PARTIAL,
    fields=(ALIASES,),
    losses={
        "segment": Lost(
            "pods of a namespace reach each other; networks do not keep them apart",
            "add NetworkPolicies where services must not reach each other",
            Severity.INFO,
        ),
        "address": Lost("pods have no fixed addresses", "use the Service's name instead of an address"),
        "illegal-alias": Lost("a Service cannot have this name", "use a DNS label as alias"),
    },
)
def networks(value: dict[str, Node], plan: ServicePlan) -> Iterator[Effect]:
    """Aliases become further Services; the separation of networks is reported."""
    for node in value.values():
        if not isinstance(node, Mapping):
            yield Lose("segment", of=node)
            continue
        if not node.entries:
            yield Lose("segment", of=node)
        for key, part in node.entries.items():
            if key == "aliases":
                yield from _aliases(part, plan)
            else:
                yield Lose("address" if key.endswith("address") or key == "link_local_ips" else "segment", of=part)


def _aliases(node: Node, plan: ServicePlan) -> Iterator[Effect]:
    for item in node.items if isinstance(node, Sequence) else ():
        name = str(item.value) if isinstance(item, Scalar) else ""
        if name == plan.service.name:
            yield Use("the alias is the service's own name", of=item)
        elif is_label(name):
            yield Fill(ALIASES, name, of=item)
        else:
            yield Lose("illegal-alias", of=item)


@converts(
    "hostname",
    Fidelity.PARTIAL,
    fields=(HOSTNAME,),
    losses={"illegal-name": Lost("a pod's host name is a DNS label", "rename it")},
)
def hostname(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``hostname`` of the pod: what the program sees as its own name."""
    yield Fill(HOSTNAME, value) if is_label(value) else Lose("illegal-name")


@converts(
    "extra_hosts",
    Fidelity.PARTIAL,
    fields=(HOST_ALIASES,),
    losses={
        "host-gateway": Lost("a pod cannot name its node", "run that program in the cluster, or name it by its real address")
    },
)
def extra_hosts(value: dict[str, Node], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``hostAliases`` of the pod."""
    for name, node in value.items():
        for item in node.items if isinstance(node, Sequence) else (node,):
            address = str(item.value) if isinstance(item, Scalar) else ""
            if address == "host-gateway" or not address:
                yield Lose("host-gateway", of=item)
            else:
                yield Fill(HOST_ALIASES, (address, name), of=item)


@converts(
    "container_name",
    Fidelity.NONE,
    losses={"name": Lost("pods get names of their own", "use the Service's name", Severity.INFO)},
)
def container_name(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Only a name on the host: others reach the workload by its Service, and references are followed."""
    yield Lose("name")


@converts(
    "links",
    Fidelity.PARTIAL,
    fields=(ALIASES,),
    losses={"alias": Lost("a link's alias is seen by one service only", "use the service's name")},
)
def links(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Services reach each other by name without links; an alias is reported."""
    for item in value.items:
        name, _, alias = str(item.value).partition(":") if isinstance(item, Scalar) else ("", "", "")
        yield Lose("alias", of=item) if alias and alias != name else Use("reached by its Service's name", of=item)


has_no_counterpart(
    "dns",
    "pods ask the cluster's DNS, which knows the Services",
    "set the cluster's upstream resolver, or dnsConfig by an overlay",
    Severity.INFO,
)
has_no_counterpart("dns_search", "pods search the cluster's domains", "write full names", Severity.INFO)
has_no_counterpart("dns_opt", "pods use the cluster's resolver options", "", Severity.INFO)
has_no_counterpart(
    "network_mode",
    "a pod has a network of its own",
    "reach other services by name; host networking needs an overlay",
    Severity.ERROR,
)
has_no_counterpart("mac_address", "the cluster assigns addresses", "", Severity.INFO)
has_no_counterpart("domainname", "the cluster gives pods their domain", "", Severity.INFO)
