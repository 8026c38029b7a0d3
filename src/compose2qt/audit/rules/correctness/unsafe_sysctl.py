"""COR040."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


_SAFE = {
    "kernel.shm_rmid_forced": 0, "net.ipv4.ip_local_port_range": 0, "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ping_group_range": 0, "net.ipv4.ip_unprivileged_port_start": 0, "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_keepalive_time": 29, "net.ipv4.tcp_fin_timeout": 29, "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29, "net.ipv4.tcp_rmem": 32, "net.ipv4.tcp_wmem": 32,
    "net.ipv4.tcp_slow_start_after_idle": 37, "net.ipv4.tcp_notsent_lowat": 37,
}  # fmt: skip
"""The sysctls that every kubelet admits, with the minor version from which on."""


@rule(
    "COR040",
    "unsafe-sysctl",
    Severity.WARNING,
    fix="set it on the nodes, or have the kubelets admit it (--allowed-unsafe-sysctls)",
)
def unsafe_sysctl(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod sets a sysctl that kubelets of the target version do not admit by default: it is refused on the node."""
    for index, item in enumerate(items(pod.at("securityContext", "sysctls"))):
        name = text(item, "name")
        if system.version < (1, _SAFE.get(name, 1000)):
            yield pod.flag(f"kubelets do not admit {name} by default", "securityContext", "sysctls", index)
