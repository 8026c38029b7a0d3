"""Pods as a whole: their containers' names, host namespaces, DNS, host names. Source: ``ValidatePodSpec``."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_dns_label, is_label_value, is_qualified_name, is_subdomain
from compose2qt.kube.reading import at, flag, has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping, Node, Path

CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
MAX_NAMESERVERS = 3
MAX_SEARCHES = 32
MAX_HOSTNAME = 64
"""Characters of the longest host name that Linux takes."""
_HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_SYSCTL = re.compile(r"[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?(?:[./][a-z0-9](?:[-_a-z0-9]*[a-z0-9])?)*\Z")
_SIGNAL = re.compile(r"SIG[A-Z0-9+\-]{2,12}\Z")


def containers(pod: Mapping) -> Iterator[tuple[Path, Node]]:
    """Every container of a pod spec with its path."""
    for field in CONTAINERS:
        for index, container in enumerate(items(pod, field)):
            yield (field, index), container


def is_ip(address: str) -> bool:
    """Whether ``address`` is an IPv4 or IPv6 address without a zone."""
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return "%" not in address


@rule("no-container", "PodSpec")
def no_container(pod: Mapping) -> Iterator[Violation]:
    """A pod has at least one container."""
    if has(pod, "containers") and not items(pod, "containers"):
        yield Violation("the pod has no container", ("containers",), "add a container")


@rule("container-name", "PodSpec")
def container_name(pod: Mapping) -> Iterator[Violation]:
    """A container is named by a DNS label that no other container of the pod has, init containers included."""
    seen: set[str] = set()
    for path, container in containers(pod):
        name = text(container, "name")
        if name and not is_dns_label(name):
            yield Violation(
                f"{shown(name)} is not a name for a container",
                (*path, "name"),
                "use at most 63 lower-case letters, digits and '-'",
            )
        if name in seen:
            yield Violation(f"another container is named {shown(name)}", (*path, "name"), "name the containers differently")
        seen.add(name)


@rule("host-users-with-host-namespace", "PodSpec")
def host_users(pod: Mapping) -> Iterator[Violation]:
    """``hostUsers: false`` gives the pod its own user namespace, which host network, PID and IPC namespaces rule out."""
    if flag(pod, "hostUsers") is False:
        for field in _HOST_NAMESPACES:
            if flag(pod, field):
                yield Violation(f"hostUsers: false rules out {field}", (field,), "choose one of the two")


@rule("host-namespace-with-shared-processes", "PodSpec")
def shared_processes(pod: Mapping) -> Iterator[Violation]:
    """``hostPID`` and ``shareProcessNamespace`` are not both true."""
    if flag(pod, "hostPID") and flag(pod, "shareProcessNamespace"):
        yield Violation("hostPID rules out shareProcessNamespace", ("shareProcessNamespace",), "choose one of the two")


@rule("host-network-port", "PodSpec")
def host_network_port(pod: Mapping) -> Iterator[Violation]:
    """On the host's network a container's port is the host's port: ``hostPort`` may not differ."""
    if not flag(pod, "hostNetwork"):
        return
    for path, container in containers(pod):
        for index, port in enumerate(items(container, "ports")):
            if number(port, "hostPort") not in {None, number(port, "containerPort")}:
                yield Violation("hostPort differs from containerPort", (*path, "ports", index, "hostPort"), "remove hostPort")


@rule("host-port-twice", "PodSpec")
def host_port_twice(pod: Mapping) -> Iterator[Violation]:
    """Two containers of a pod cannot take the same port of the host."""
    seen: set[tuple[object, ...]] = set()
    for path, container in containers(pod):
        for index, port in enumerate(items(container, "ports")):
            taken = (number(port, "hostPort"), text(port, "hostIP"), text(port, "protocol") or "TCP")
            if taken[0] and taken in seen:
                yield Violation(
                    f"host port {taken[0]} is taken twice", (*path, "ports", index, "hostPort"), "keep one of the two"
                )
            seen.add(taken)


@rule("stop-signal-without-os", "PodSpec")
def stop_signal_without_os(pod: Mapping) -> Iterator[Violation]:
    """``lifecycle.stopSignal`` needs ``os.name``, because the signals differ, and is a signal of that system."""
    for path, container in containers(pod):
        signal = text(container, "lifecycle", "stopSignal")
        if signal and not text(pod, "os", "name"):
            yield Violation("stopSignal needs os.name", (*path, "lifecycle", "stopSignal"), "write os.name: linux in the pod")
        if signal and not _SIGNAL.match(signal):
            yield Violation(
                f"{shown(signal)} is not a signal", (*path, "lifecycle", "stopSignal"), "write a name such as SIGQUIT"
            )


@rule("host-name", "PodSpec")
def host_name(pod: Mapping) -> Iterator[Violation]:
    """``hostname`` and ``subdomain`` are DNS labels."""
    for field in ("hostname", "subdomain"):
        name = text(pod, field)
        if name and not is_dns_label(name):
            yield Violation(f"{shown(name)} is not a DNS label", (field,), "use at most 63 lower-case letters, digits and '-'")


@rule("dns-without-servers", "PodSpec")
def dns_without_servers(pod: Mapping) -> Iterator[Violation]:
    """``dnsPolicy: None`` leaves the pod without any name server but those of ``dnsConfig``."""
    if text(pod, "dnsPolicy") == "None" and not items(pod, "dnsConfig", "nameservers"):
        yield Violation("dnsPolicy None needs name servers", ("dnsPolicy",), "list them in dnsConfig.nameservers")


@rule("bad-dns", "PodDNSConfig")
def bad_dns(config: Mapping) -> Iterator[Violation]:
    """At most 3 name servers, each an IP address; at most 32 search domains, each a DNS name; options have names."""
    servers, searches = items(config, "nameservers"), items(config, "searches")
    if len(servers) > MAX_NAMESERVERS:
        yield Violation(f"there are {len(servers)} name servers", ("nameservers",), f"at most {MAX_NAMESERVERS}")
    for index, server in enumerate(servers):
        if not is_ip(text(server)):
            yield Violation(f"{shown(text(server))} is not an IP address", ("nameservers", index), "write an IP address")
    if len(searches) > MAX_SEARCHES:
        yield Violation(f"there are {len(searches)} search domains", ("searches",), f"at most {MAX_SEARCHES}")
    for index, option in enumerate(items(config, "options")):
        if not text(option, "name"):
            yield Violation("the option has no name", ("options", index, "name"), "write it, such as ndots")
    for index, search in enumerate(searches):
        if text(search) != "." and not is_subdomain(text(search).removesuffix(".").replace("_", "x")):
            yield Violation(f"{shown(text(search))} is not a DNS name", ("searches", index), "write a domain")


@rule("bad-host-alias", "HostAlias")
def bad_host_alias(alias: Mapping) -> Iterator[Violation]:
    """A host alias has an IP address and DNS names: no ``host-gateway``, no names with underscores."""
    address = text(alias, "ip")
    if has(alias, "ip") and not is_ip(address):
        yield Violation(f"{shown(address)} is not an IP address", ("ip",), "write an IP address")
    for index, name in enumerate(items(alias, "hostnames")):
        if not is_subdomain(text(name)):
            yield Violation(
                f"{shown(text(name))} is not a DNS name", ("hostnames", index), "use lower-case letters, digits and '-'"
            )


@rule("bad-sysctl", "PodSpec")
def bad_sysctl(pod: Mapping) -> Iterator[Violation]:
    """A sysctl is named like ``net.ipv4.tcp_syncookies``, once, and belongs to a namespace that the pod does not share."""
    seen: set[str] = set()
    for index, sysctl in enumerate(items(pod, "securityContext", "sysctls")):
        path: Path = ("securityContext", "sysctls", index, "name")
        name = text(sysctl, "name")
        if not _SYSCTL.match(name):
            yield Violation(f"{shown(name)} is not a sysctl", path, "write a name such as net.ipv4.tcp_syncookies")
        if name in seen:
            yield Violation(f"{shown(name)} is set twice", path, "keep one of the two")
        if name.startswith("net.") and flag(pod, "hostNetwork"):
            yield Violation("a pod on the host's network cannot set its sysctls", path, "remove it, or hostNetwork")
        if name.startswith(("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")) and flag(pod, "hostIPC"):
            yield Violation("a pod in the host's IPC namespace cannot set its sysctls", path, "remove it, or hostIPC")
        seen.add(name)


@rule("bad-toleration", "Toleration")
def bad_toleration(toleration: Mapping) -> Iterator[Violation]:
    """``Exists`` takes no value, an empty key needs ``Exists``, and ``tolerationSeconds`` needs the effect ``NoExecute``."""
    key, operator = text(toleration, "key"), text(toleration, "operator")
    if key and not is_qualified_name(key):
        yield Violation(f"{shown(key)} is not the key of a taint", ("key",), "use [prefix/]name of at most 63 characters")
    if not key and operator != "Exists":
        yield Violation("without a key the operator is Exists", ("operator",), "write the key, or operator: Exists")
    if operator == "Exists" and text(toleration, "value"):
        yield Violation("Exists takes no value", ("value",), "remove the value")
    if not is_label_value(text(toleration, "value")):
        yield Violation("the value is not a label value", ("value",), "use at most 63 letters, digits, '-', '_' and '.'")
    if has(toleration, "tolerationSeconds") and text(toleration, "effect") != "NoExecute":
        yield Violation("tolerationSeconds needs the effect NoExecute", ("tolerationSeconds",), "write effect: NoExecute")


@rule("bad-spread", "TopologySpreadConstraint")
def bad_spread(constraint: Mapping) -> Iterator[Violation]:
    """A spread has a ``maxSkew`` of at least 1 and a label of nodes as its key; ``minDomains`` needs DoNotSchedule."""
    if (skew := number(constraint, "maxSkew")) is not None and skew < 1:
        yield Violation(f"{skew} is no skew", ("maxSkew",), "use 1 or more")
    if has(constraint, "topologyKey") and not is_qualified_name(text(constraint, "topologyKey")):
        yield Violation("the topology key is not a label key", ("topologyKey",), "use a label such as kubernetes.io/hostname")
    if has(constraint, "minDomains") and text(constraint, "whenUnsatisfiable") != "DoNotSchedule":
        yield Violation("minDomains needs whenUnsatisfiable: DoNotSchedule", ("minDomains",), "remove minDomains")


@rule("bad-affinity", "PodAffinityTerm", "WeightedPodAffinityTerm", "PreferredSchedulingTerm")
def bad_affinity(term: Mapping) -> Iterator[Violation]:
    """A term of (anti-)affinity names a label of nodes as its topology, and weighs 1 to 100."""
    weight = number(term, "weight")
    if weight is not None and not 1 <= weight <= 100:
        yield Violation(f"{weight} is no weight", ("weight",), "use 1 to 100")
    if has(term, "topologyKey") and not is_qualified_name(text(term, "topologyKey")):
        yield Violation("the topology key is not a label key", ("topologyKey",), "use a label such as kubernetes.io/hostname")


@rule("bad-readiness-gate", "PodReadinessGate")
def bad_readiness_gate(gate: Mapping) -> Iterator[Violation]:
    """A readiness gate names a condition, in the form of a label's key."""
    name = text(gate, "conditionType")
    if not is_qualified_name(name):
        yield Violation(f"{shown(name)} is not a condition", ("conditionType",), "write it as domain/name")


@rule("sleep-beyond-grace", "PodSpec")
def sleep_beyond_grace(pod: Mapping) -> Iterator[Violation]:
    """A hook sleeps no longer than the pod has to stop (30 seconds unless written)."""
    stated = number(pod, "terminationGracePeriodSeconds")
    grace = 30 if stated is None else stated
    for path, container in containers(pod):
        for moment in ("postStart", "preStop"):
            seconds = number(container, "lifecycle", moment, "sleep", "seconds")
            if seconds is not None and seconds > grace:
                where = (*path, "lifecycle", moment, "sleep", "seconds")
                yield Violation(
                    f"{seconds} seconds, and the pod has {grace} to stop", where, "raise terminationGracePeriodSeconds"
                )


@rule("host-process", "PodSpec")
def host_process(pod: Mapping) -> Iterator[Violation]:
    """A pod of processes of a Windows host uses the network of the host."""
    step = ("securityContext", "windowsOptions", "hostProcess")
    contexts = (((), pod), *containers(pod))
    found = next((path for path, node in contexts if flag(node, *step)), None)
    if found is not None and not flag(pod, "hostNetwork"):
        yield Violation("processes of the host have its network", (*found, *step), "write hostNetwork: true")


@rule("pod-deadline", "PodSpec")
def pod_deadline(pod: Mapping) -> Iterator[Violation]:
    """``activeDeadlineSeconds`` is at least 1."""
    if (seconds := number(pod, "activeDeadlineSeconds")) is not None and seconds < 1:
        yield Violation(f"{seconds} seconds leave no time", ("activeDeadlineSeconds",), "use 1 or more")


@rule("deadline-of-endless-pod", "DeploymentSpec", "StatefulSetSpec", "DaemonSetSpec", "ReplicaSetSpec")
def deadline_of_endless_pod(spec: Mapping) -> Iterator[Violation]:
    """Pods that are always restarted have no deadline."""
    path = ("template", "spec", "activeDeadlineSeconds")
    if at(spec, path) is not None:
        yield Violation("pods of this kind have no deadline", path, "remove it, or make it a Job")


@rule("bad-object-name", "PodSpec")
def bad_object_name(pod: Mapping) -> Iterator[Violation]:
    """The account, classes and node that a pod names are named by DNS subdomains."""
    for field in ("serviceAccountName", "priorityClassName", "runtimeClassName", "nodeName"):
        name = text(pod, field)
        if name and not is_subdomain(name):
            yield Violation(
                f"{shown(name)} is not the name of an object", (field,), "use lower-case letters, digits, '-' and '.'"
            )


@rule("hostname-override", "PodSpec")
def hostname_override(pod: Mapping) -> Iterator[Violation]:
    """``hostnameOverride`` is a DNS name of up to 64 characters, and the only thing that says what the host is called."""
    name = text(pod, "hostnameOverride")
    if name and (not is_subdomain(name) or len(name) > MAX_HOSTNAME):
        yield Violation(
            f"{shown(name)} is not a host name", ("hostnameOverride",), f"write a DNS name of up to {MAX_HOSTNAME} characters"
        )
    for field in ("hostNetwork", "setHostnameAsFQDN"):
        if name and flag(pod, field):
            yield Violation(f"hostnameOverride rules out {field}", (field,), "choose one of the two")


@rule("node-terms", "NodeSelector")
def node_terms(selector: Mapping) -> Iterator[Violation]:
    """An affinity that is required for nodes has at least one term."""
    if has(selector, "nodeSelectorTerms") and not items(selector, "nodeSelectorTerms"):
        yield Violation("there is no term", ("nodeSelectorTerms",), "add a term, or remove the affinity")


@rule("ephemeral-in-template", "PodTemplateSpec")
def ephemeral_in_template(template: Mapping) -> Iterator[Violation]:
    """Ephemeral containers are added to pods that run (``kubectl debug``), not to templates."""
    if items(template, "spec", "ephemeralContainers"):
        yield Violation("a template has no ephemeral containers", ("spec", "ephemeralContainers"), "remove them")
