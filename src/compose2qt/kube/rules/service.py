"""Services. Source: ``ValidateService``."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_qualified_name, is_subdomain
from compose2qt.kube.reading import has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.pod import is_ip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_EXTERNAL = ("NodePort", "LoadBalancer")


@rule("service-without-ports", "ServiceSpec")
def service_without_ports(spec: Mapping) -> Iterator[Violation]:
    """A Service has ports, unless it is headless or only another name."""
    if not items(spec, "ports") and text(spec, "clusterIP") != "None" and text(spec, "type") != "ExternalName":
        yield Violation("the Service has no port", (), "add a port, or make it headless: clusterIP: None")


@rule("service-port-name", "ServiceSpec")
def service_port_name(spec: Mapping) -> Iterator[Violation]:
    """The ports of a Service have different names; without a name there is only one."""
    ports = items(spec, "ports")
    seen: set[str] = set()
    for index, port in enumerate(ports):
        name = text(port, "name")
        if not name and len(ports) > 1:
            yield Violation("a Service of several ports names each", ("ports", index), "add a name")
        if name and name in seen:
            yield Violation(f"another port is named {shown(name)}", ("ports", index, "name"), "name the ports differently")
        seen.add(name)


@rule("node-port-of-cluster-service", "ServiceSpec")
def node_port_of_cluster_service(spec: Mapping) -> Iterator[Violation]:
    """``nodePort`` belongs to the types NodePort and LoadBalancer; two ports do not share one."""
    seen: set[tuple[object, ...]] = set()
    for index, port in enumerate(items(spec, "ports")):
        if not number(port, "nodePort"):
            continue
        if text(spec, "type") not in _EXTERNAL:
            yield Violation("nodePort needs the type NodePort", ("ports", index, "nodePort"), "remove nodePort")
        taken = (number(port, "nodePort"), text(port, "protocol") or "TCP")
        if taken in seen:
            yield Violation(f"node port {taken[0]} is taken twice", ("ports", index, "nodePort"), "choose another")
        seen.add(taken)


@rule("headless-outside", "ServiceSpec")
def headless_outside(spec: Mapping) -> Iterator[Violation]:
    """A headless Service (``clusterIP: None``) cannot be reached from outside; another cluster IP is an IP address."""
    address = text(spec, "clusterIP")
    if address == "None" and text(spec, "type") in _EXTERNAL:
        yield Violation(f"a Service of type {text(spec, 'type')} needs an address", ("clusterIP",), "remove clusterIP")
    if address not in {"", "None"} and not is_ip(address):
        yield Violation(f"{shown(address)} is not an IP address", ("clusterIP",), "write None, or leave it out")


@rule("external-name", "ServiceSpec")
def external_name(spec: Mapping) -> Iterator[Violation]:
    """A Service that is another name names a DNS name, not an IP address, and has no address of its own."""
    name = text(spec, "externalName")
    if text(spec, "type") != "ExternalName":
        return
    if not is_subdomain(name.removesuffix(".")):
        yield Violation(f"{shown(name)} is not a DNS name", ("externalName",), "write the DNS name of another host")
    if has(spec, "clusterIP"):
        yield Violation("an ExternalName Service has no address", ("clusterIP",), "remove clusterIP")


@rule("traffic-policy-inside", "ServiceSpec")
def traffic_policy_inside(spec: Mapping) -> Iterator[Violation]:
    """``externalTrafficPolicy`` and ``loadBalancerSourceRanges`` belong to Services that are reachable from outside."""
    if has(spec, "externalTrafficPolicy") and text(spec, "type") not in _EXTERNAL and not items(spec, "externalIPs"):
        yield Violation("nothing comes from outside", ("externalTrafficPolicy",), "remove it")
    if items(spec, "loadBalancerSourceRanges") and text(spec, "type") != "LoadBalancer":
        yield Violation("there is no load balancer", ("loadBalancerSourceRanges",), "remove it")


@rule("balancer-field", "ServiceSpec")
def balancer_field(spec: Mapping) -> Iterator[Violation]:
    """``loadBalancerClass`` belongs to load balancers; ``healthCheckNodePort`` to those that keep to the nodes of the pods."""
    is_balancer = text(spec, "type") == "LoadBalancer"
    if has(spec, "loadBalancerClass") and not is_balancer:
        yield Violation("there is no load balancer", ("loadBalancerClass",), "remove it")
    if number(spec, "healthCheckNodePort") and not (is_balancer and text(spec, "externalTrafficPolicy") == "Local"):
        yield Violation(
            "no balancer checks nodes", ("healthCheckNodePort",), "write externalTrafficPolicy: Local, or remove it"
        )


@rule("ip-families", "ServiceSpec")
def ip_families(spec: Mapping) -> Iterator[Violation]:
    """A Service has each family of addresses once."""
    families = [text(family) for family in items(spec, "ipFamilies")]
    if len(set(families)) < len(families):
        yield Violation("a family is given twice", ("ipFamilies",), "write each once")


@rule("bad-source-range", "ServiceSpec")
def bad_source_range(spec: Mapping) -> Iterator[Violation]:
    """Source ranges are networks such as 10.0.0.0/8."""
    for index, network in enumerate(items(spec, "loadBalancerSourceRanges")):
        if not is_network(text(network).strip()):
            yield Violation(f"{shown(text(network))} is not a network", ("loadBalancerSourceRanges", index), "write 10.0.0.0/8")


def is_network(address: str) -> bool:
    """Whether ``address`` is a network with its prefix length."""
    try:
        ipaddress.ip_network(address, strict=False)
    except ValueError:
        return False
    return "/" in address


@rule("affinity-config", "ServiceSpec")
def affinity_config(spec: Mapping) -> Iterator[Violation]:
    """``sessionAffinityConfig`` belongs to ``sessionAffinity: ClientIP``, with a timeout of up to a day."""
    if has(spec, "sessionAffinityConfig") and text(spec, "sessionAffinity") != "ClientIP":
        yield Violation("there is no affinity to configure", ("sessionAffinityConfig",), "write sessionAffinity: ClientIP")
    path = ("sessionAffinityConfig", "clientIP", "timeoutSeconds")
    if (seconds := number(spec, *path)) is not None and not 1 <= seconds <= 86400:
        yield Violation(f"{seconds} seconds", path, "use 1 to 86400")


@rule("app-protocol", "ServicePort")
def app_protocol(port: Mapping) -> Iterator[Violation]:
    """``appProtocol`` has the form of a label's key: ``http``, ``kubernetes.io/h2c``."""
    name = text(port, "appProtocol")
    if name and not is_qualified_name(name):
        yield Violation(f"{shown(name)} is not a protocol", ("appProtocol",), "write a name such as http")


@rule("external-ip", "ServiceSpec")
def external_ip(spec: Mapping) -> Iterator[Violation]:
    """External IPs are IP addresses."""
    for index, address in enumerate(items(spec, "externalIPs")):
        if not is_ip(text(address)):
            yield Violation(f"{shown(text(address))} is not an IP address", ("externalIPs", index), "write an IP address")
