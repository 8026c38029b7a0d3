"""Users, capabilities and what a container may do."""

import re
from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose
from compose2qt.lower.fields import (
    CAPABILITIES_ADD,
    CAPABILITIES_DROP,
    GROUPS,
    NO_NEW_PRIVILEGES,
    PRIVILEGED,
    READ_ONLY_ROOT,
    RUN_AS_GROUP,
    RUN_AS_USER,
    SYSCTLS,
)
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.source import Node, Scalar, Sequence

_BY_NAME = Lost(
    "Kubernetes takes numbers; the name is in the image's /etc/passwd", "write the number (`docker run IMAGE id NAME` shows it)"
)
# kubernetes.io/docs, Using sysctls in a Kubernetes cluster: safe since 1.29 or earlier.
_SAFE_SYSCTLS = frozenset(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
    "net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time "
    "net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes".split()
)
_NUMERIC = re.compile(r"(\d{1,10})(?::(\d{1,10}))?\Z")


@converts("user", Fidelity.PARTIAL, fields=(RUN_AS_USER, RUN_AS_GROUP), losses={"by-name": _BY_NAME})
def user(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``runAsUser`` and ``runAsGroup`` when they are numbers."""
    match = _NUMERIC.match(value)
    if match is None:
        yield Lose("by-name")
        return
    yield Fill(RUN_AS_USER, int(match[1]))
    if match[2]:
        yield Fill(RUN_AS_GROUP, int(match[2]))


@converts("group_add", Fidelity.PARTIAL, fields=(GROUPS,), losses={"by-name": _BY_NAME})
def group_add(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``supplementalGroups`` of the pod when they are numbers."""
    for item in value.items:
        text = str(item.value) if isinstance(item, Scalar) else ""
        yield Fill(GROUPS, int(text), of=item) if text.isdecimal() else Lose("by-name", of=item)


@converts("privileged", Fidelity.FULL, fields=(PRIVILEGED,))
def privileged(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``privileged`` of the container."""
    yield Fill(PRIVILEGED, value)


@converts("read_only", Fidelity.FULL, fields=(READ_ONLY_ROOT,))
def read_only(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``readOnlyRootFilesystem``."""
    yield Fill(READ_ONLY_ROOT, value)


@converts("cap_add", Fidelity.FULL, fields=(CAPABILITIES_ADD,))
def cap_add(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``capabilities.add``; Kubernetes writes the names without ``CAP_``."""
    for item in value.items:
        yield Fill(CAPABILITIES_ADD, _capability(item), of=item)


@converts("cap_drop", Fidelity.FULL, fields=(CAPABILITIES_DROP,))
def cap_drop(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``capabilities.drop``; Kubernetes writes the names without ``CAP_``."""
    for item in value.items:
        yield Fill(CAPABILITIES_DROP, _capability(item), of=item)


def _capability(item: Node) -> str:
    name = str(item.value) if isinstance(item, Scalar) else ""
    return name.upper().removeprefix("CAP_")


@converts(
    "security_opt",
    Fidelity.PARTIAL,
    fields=(NO_NEW_PRIVILEGES,),
    losses={
        "profile": Lost(
            "compose2qt does not carry this security option yet", "set it in the pod's securityContext by an overlay"
        )
    },
)
def security_opt(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``no-new-privileges`` becomes ``allowPrivilegeEscalation: false``."""
    for item in value.items:
        option = str(item.value).replace("=", ":") if isinstance(item, Scalar) else ""
        if option in ("no-new-privileges", "no-new-privileges:true"):
            yield Fill(NO_NEW_PRIVILEGES, True, of=item)
        else:
            yield Lose("profile", of=item)


@converts(
    "sysctls",
    Fidelity.PARTIAL,
    fields=(SYSCTLS,),
    losses={
        "unsafe": Lost(
            "the kubelet refuses this sysctl unless an administrator allows it", "allow it on the nodes, or set it there"
        )
    },
)
def sysctls(value: dict[str, Node], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``securityContext.sysctls`` of the pod for those that Kubernetes calls safe."""
    for name, node in value.items():
        if name in _SAFE_SYSCTLS and isinstance(node, Scalar):
            yield Fill(SYSCTLS, (name, str(node.value)), of=node)
        else:
            yield Lose("unsafe", of=node)


_HOST = "it would give the container hold of the node"
_DECIDE = "decide with the cluster's administrator, and add it by an overlay"
has_no_counterpart("pid", _HOST, _DECIDE, Severity.ERROR)
has_no_counterpart("ipc", _HOST, _DECIDE)
has_no_counterpart("devices", _HOST, "use a device plugin of the cluster", Severity.ERROR)
has_no_counterpart("cgroup_parent", "the kubelet owns the cgroups", "", Severity.INFO)
has_no_counterpart("cgroup", "the kubelet owns the cgroups", "", Severity.INFO)
has_no_counterpart("userns_mode", "user namespaces are set by hostUsers", "add hostUsers by an overlay", Severity.INFO)
