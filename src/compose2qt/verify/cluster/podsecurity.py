"""Pod Security admission: the pods that a namespace refuses by its label.

Source: Pod Security Standards, as ``k8s.io/pod-security-admission/policy`` checks them in the newest version.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.reading import entries, find, is_true, items, place, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node, Span
    from compose2qt.verify.cluster.world import Container, Pod, World

_LABEL = "pod-security.kubernetes.io/enforce"
_CAPABILITIES = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split()
)
_VOLUMES = frozenset("configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret name".split())
_SYSCTLS = frozenset(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies "
    "net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout "
    "net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem".split()
)
_SELINUX = frozenset(("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"))
_HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe")
_SEEN = ("RuntimeDefault", "Localhost")

_Breach = tuple[str, "Span | None"]
"""What a level does not admit, and where it stands."""


class PodSecurity:
    """The levels that namespaces of a tree enforce."""

    def __init__(self, world: World) -> None:
        spaces = ((item.name, item.at("metadata", "labels", _LABEL)) for item in world.applied if item.kind == "Namespace")
        self.levels = {name: text(label) for name, label in spaces if text(label) not in ("", "privileged")}

    def facts(self, pod: Pod) -> Iterator[Fact]:
        """The first reason that keeps ``pod`` from being made."""
        level = self.levels.get(pod.namespace)
        if level is None:
            return
        # A level that does not exist counts as the strictest.
        found = next(chain(_baseline(pod), _restricted(pod) if level != "baseline" else ()), None)
        if found is not None:
            why = f"refused: Namespace/{pod.namespace} enforces the level {level}, which does not admit {found[0]}"
            yield Fact(Aspect.WORKLOAD, "start", why, found[1])


def _baseline(pod: Pod) -> Iterator[_Breach]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if is_true(pod.node, key):
            yield f"{key}: true", place(pod.node, key)
    for volume in items(pod.node, "volumes"):
        if find(volume, "hostPath") is not None:
            yield "a volume of the node (hostPath)", volume.span
    for sysctl in items(pod.node, "securityContext", "sysctls"):
        if text(sysctl, "name") not in _SYSCTLS:
            yield f"the sysctl {text(sysctl, 'name')}", sysctl.span
    for context in _contexts(pod):
        yield from _profiles(context)
    for container in pod.containers:
        yield from _privileges(container)


def _profiles(context: Node) -> Iterator[_Breach]:
    for key in ("seccompProfile", "appArmorProfile"):
        if text(context, key, "type") == "Unconfined":
            yield f"{key}: Unconfined", place(context, key)
    options = find(context, "seLinuxOptions")
    if text(options, "type") not in _SELINUX or text(options, "user") or text(options, "role"):
        yield "these seLinuxOptions", place(options)
    if is_true(context, "windowsOptions", "hostProcess"):
        yield "a process of the host", place(context, "windowsOptions")


def _privileges(container: Container) -> Iterator[_Breach]:
    context, name = find(container.node, "securityContext"), f"container {container.name}"
    if is_true(context, "privileged"):
        yield f"{name} to be privileged", place(context, "privileged")
    for capability in items(context, "capabilities", "add"):
        if text(capability) not in _CAPABILITIES:
            yield f"the capability {text(capability)}", capability.span
    if text(context, "procMount") not in ("", "Default"):
        yield f"procMount: {text(context, 'procMount')}", place(context, "procMount")
    for port in items(container.node, "ports"):
        if text(port, "hostPort") not in ("", "0"):
            yield f"the host port {text(port, 'hostPort')}", place(port, "hostPort")
    hooks = (find(container.node, "lifecycle", key) for key in ("postStart", "preStop"))
    for handler in (*(find(container.node, key) for key in _HANDLERS), *hooks):
        for kind in entries(handler).values():
            if text(kind, "host"):
                yield f"another host in a check or hook of {name}", place(kind, "host")


def _restricted(pod: Pod) -> Iterator[_Breach]:
    for volume in items(pod.node, "volumes"):
        for kind in entries(volume).keys() - _VOLUMES:
            yield f"a volume of the kind {kind}", volume.span
    for container in pod.containers:
        yield from _rights(container)


def _rights(container: Container) -> Iterator[_Breach]:
    own, name = find(container.node, "securityContext"), f"container {container.name}"
    of_pod, has_own_users = find(container.pod.node, "securityContext"), text(container.pod.node, "hostUsers") == "false"
    where = place(own) if own is not None else container.node.span

    def setting(*path: str) -> str:
        return text(own, *path) or text(of_pod, *path)

    if text(own, "allowPrivilegeEscalation") != "false":
        yield f"{name} without allowPrivilegeEscalation: false", where
    if "ALL" not in texts(own, "capabilities", "drop"):
        yield f"{name} without capabilities.drop: [ALL]", where
    for capability in items(own, "capabilities", "add"):
        if text(capability) != "NET_BIND_SERVICE":
            yield f"the capability {text(capability)}", capability.span
    if setting("seccompProfile", "type") not in _SEEN:
        yield f"{name} without a seccompProfile", where
    if not has_own_users and setting("runAsNonRoot") != "true":
        yield f"{name} without runAsNonRoot: true", where
    if not has_own_users and setting("runAsUser") == "0":
        yield f"{name} as root", where


def _contexts(pod: Pod) -> Iterator[Node]:
    contexts = (find(pod.node, "securityContext"), *(find(each.node, "securityContext") for each in pod.containers))
    return (context for context in contexts if context is not None)
