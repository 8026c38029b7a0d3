"""Users, capabilities, namespaces and what a container may do."""

from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import (
    APPARMOR,
    BLOCKED,
    CAPABILITIES_ADD,
    CAPABILITIES_DROP,
    DEVICES,
    GROUPS,
    HOST_IPC,
    HOST_PID,
    NO_NEW_PRIVILEGES,
    PRIVILEGED,
    READ_ONLY_ROOT,
    RUN_AS_GROUP,
    RUN_AS_USER,
    SECCOMP,
    SHARE_PROCESSES,
    SYSCTLS,
    VOLUMES,
)
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Device, HostUse, VolumeUse
from compose2qt.mapping.datastores import known_user
from compose2qt.source import Node, Scalar, Sequence

_BY_NAME = Lost(
    "Kubernetes takes numbers; the name is in the image's /etc/passwd", "write the number (`docker run IMAGE id NAME` shows it)"
)
# Safe sysctls, with the minor version that made them so. Source: kubernetes.io, Using sysctls in a Kubernetes cluster.
_SAFE_SYSCTLS = {
    **dict.fromkeys(
        (
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start",
        ),
        0,
    ),
    "net.ipv4.ip_local_reserved_ports": 27,
    **dict.fromkeys(
        (
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
        ),
        29,
    ),
    **dict.fromkeys(("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"), 32),
    **dict.fromkeys(("net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"), 37),
}


@converts("user", Fidelity.PARTIAL, fields=(RUN_AS_USER, RUN_AS_GROUP), losses={"by-name": _BY_NAME})
def user(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """``runAsUser`` and ``runAsGroup``: numbers as they are, names by the table of known images."""
    name, _, group = value.partition(":")
    known = known_user(_image(plan), name)
    numbers = (int(name), None) if name.isdecimal() and len(name) < 11 else known
    if numbers is None:
        yield Use("empty: the image's own") if not value else Lose("by-name")
        return
    yield Fill(RUN_AS_USER, numbers[0], note="" if name.isdecimal() else name)
    if group.isdecimal() and len(group) < 11:
        yield Fill(RUN_AS_GROUP, int(group))
    elif group and (of_group := known_user(_image(plan), group)) is not None:
        yield Fill(RUN_AS_GROUP, of_group[1], note=group)
    elif group:
        yield Lose("by-name", detail=f"group {group[:40]}")
    elif numbers[1] is not None:
        yield Fill(RUN_AS_GROUP, numbers[1])


def _image(plan: ServicePlan) -> str:
    node = plan.service.node.get("image")
    return str(node.value) if isinstance(node, Scalar) else ""


@converts("group_add", Fidelity.PARTIAL, fields=(GROUPS,), losses={"by-name": _BY_NAME})
def group_add(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``supplementalGroups`` of the pod when they are numbers."""
    for item in value.items:
        text = str(item.value) if isinstance(item, Scalar) else ""
        yield Fill(GROUPS, int(text), of=item) if text.isdecimal() and len(text) < 11 else Lose("by-name", of=item)


@converts("privileged", Fidelity.FULL, fields=(PRIVILEGED, BLOCKED))
def privileged(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``privileged`` of the container, in a workload that waits for a decision: it gives hold of the node."""
    yield Fill(PRIVILEGED, value)
    if value:
        yield Fill(BLOCKED, "privileged: true gives the container hold of its node")


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
    fields=(NO_NEW_PRIVILEGES, SECCOMP, APPARMOR),
    losses={
        "profile-file": Lost(
            "a seccomp profile is a file that must lie on the nodes", "put it there, and set localhostProfile by an overlay"
        ),
        "selinux": Lost("SELinux labels are those of the cluster", "set seLinuxOptions by an overlay"),
        "option": Lost("this security option has no counterpart", "decide with the cluster's administrator"),
    },
)
def security_opt(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``no-new-privileges`` is ``allowPrivilegeEscalation: false``; seccomp and AppArmor profiles by their names."""
    for item in value.items:
        name, _, setting = (str(item.value) if isinstance(item, Scalar) else "").replace("=", ":", 1).partition(":")
        match name, setting:
            case "no-new-privileges", "" | "true":
                yield Fill(NO_NEW_PRIVILEGES, True, of=item)
            case "no-new-privileges", _:
                yield Use("false: the default", of=item)
            case "seccomp", "unconfined":
                yield Fill(SECCOMP, "Unconfined", of=item)
            case "seccomp", _:
                yield Lose("profile-file", of=item)
            case "apparmor", "unconfined":
                yield Fill(APPARMOR, "Unconfined", of=item)
            case "apparmor", "docker-default" | "runtime/default":
                yield Fill(APPARMOR, "RuntimeDefault", of=item)
            case "apparmor", _:
                yield Fill(APPARMOR, setting, of=item)
            case "label", _:
                yield Lose("selinux", of=item)
            case _:
                yield Lose("option", of=item)


@converts(
    "sysctls",
    Fidelity.PARTIAL,
    fields=(SYSCTLS,),
    losses={
        "unsafe": Lost(
            "the kubelet refuses this sysctl unless an administrator allows it", "allow it on the nodes, or set it there"
        ),
        "node": Lost("the pod shares this part of its node, whose settings it cannot change", "set it on the nodes"),
    },
)
def sysctls(value: dict[str, Node], plan: ServicePlan) -> Iterator[Effect]:
    """``securityContext.sysctls`` of the pod for those that the target version calls safe."""
    shared = {prefix for prefix, key in (("net.", "network_mode"), ("kernel.", "ipc")) if _is_host(plan, key)}
    for name, node in value.items():
        if name.startswith(tuple(shared)):
            yield Lose("node", of=node, detail=name[:80])
        elif _SAFE_SYSCTLS.get(name, 99) <= plan.minor and isinstance(node, Scalar) and node.value is not None:
            yield Fill(SYSCTLS, (name, str(node.value)), of=node)
        else:
            yield Lose("unsafe", of=node, detail=name[:80])


def _is_host(plan: ServicePlan, key: str) -> bool:
    node = plan.service.node.get(key)
    return isinstance(node, Scalar) and node.value == "host"


# Namespaces ---------------------------------------------------------------------------------------------------------

_SHARED_LOSSES = {
    "apart": Lost("the two services do not run in one pod, so they share nothing", "merge them in the mapping", Severity.ERROR),
    "container": Lost("a container outside the project cannot be shared", "bring it into the project", Severity.ERROR),
}


def _is_together(value: str, plan: ServicePlan) -> bool:
    """Whether the two run in one pod: because they share the network, or because the mapping merges them."""
    network = plan.service.node.get("network_mode")
    shares = bool(plan.target.beside) and isinstance(network, Scalar) and network.value == value
    return shares or value.partition(":")[2] in plan.target.sources


@converts("pid", Fidelity.PARTIAL, fields=(HOST_PID, SHARE_PROCESSES, BLOCKED), losses=_SHARED_LOSSES)
def pid(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """``service:x`` shares processes in one pod, if ``network_mode`` puts it there. ``host`` waits for a decision."""
    mode = value.partition(":")[0]
    if mode == "host":
        yield Fill(HOST_PID, True)
        yield Fill(BLOCKED, "pid: host shows the pod every process of its node")
    elif mode == "service" and _is_together(value, plan):
        yield Fill(SHARE_PROCESSES, True)
    elif mode in ("service", "container"):
        yield Lose("apart" if mode == "service" else "container")
    else:
        yield Use("processes of its own: the default")


@converts("ipc", Fidelity.PARTIAL, fields=(HOST_IPC, BLOCKED), losses=_SHARED_LOSSES)
def ipc(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """Containers of one pod share memory: ``service:x``, if ``network_mode`` puts it there. ``host`` waits for a decision."""
    mode = value.partition(":")[0]
    if mode == "host":
        yield Fill(HOST_IPC, True)
        yield Fill(BLOCKED, "ipc: host shows the pod the shared memory of its node")
    elif mode == "service" and not _is_together(value, plan):
        yield Lose("apart")
    elif mode == "container":
        yield Lose("container")
    else:
        yield Use("the memory that the containers of a pod share")


@converts(
    "devices",
    Fidelity.PARTIAL,
    fields=(DEVICES, VOLUMES, BLOCKED),
    losses={
        "plugin": Lost(
            "a pod gets devices of its node from a device plugin; the path alone does not give access",
            "install a device plugin, and ask for its resource by an overlay",
            Severity.ERROR,
        )
    },
)
def devices(value: tuple[Device, ...], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A GPU by its vendor's resource (``nvidia.com/gpu=all``); another device as a host path that waits for a decision.

    A device by the name that a vendor gave it (CDI) is none.
    """
    for device in value:
        resource, is_gpu, _ = device.source.partition("=")
        if is_gpu and resource.endswith("/gpu"):
            yield Fill(DEVICES, (resource, 1), of=device.node)
            continue
        if device.source.startswith("/"):
            path = device.target or device.source
            yield Fill(VOLUMES, VolumeUse(path, HostUse(device.source)), of=device.node)
        yield Fill(BLOCKED, f"devices: {device.source} is a device of the node", of=device.node)
        yield Lose("plugin", of=device.node, detail=device.source)


@converts(
    "use_api_socket",
    Fidelity.PARTIAL,
    fields=(BLOCKED,),
    losses={
        "engine": Lost(
            "a cluster has no Docker engine to talk to", "use the Kubernetes API with a service account", Severity.ERROR
        )
    },
)
def use_api_socket(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The socket of the Docker engine: the workload waits for a decision, and needs another way to do its work."""
    if value:
        yield Fill(BLOCKED, "use_api_socket: it drives the Docker engine, which a cluster does not have")
        yield Lose("engine")
    else:
        yield Use("false: the default")


@converts(
    "userns_mode",
    Fidelity.PARTIAL,
    losses={"mode": Lost("user namespaces are set by hostUsers", "add hostUsers: false by an overlay", Severity.INFO)},
)
def userns_mode(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``host`` is what pods do by default."""
    yield Use("the users of the node: the default of pods") if value in ("", "host") else Lose("mode")


has_no_counterpart("uts", "a pod has a host name of its own", "set hostNetwork by an overlay to have the node's name")
has_no_counterpart(
    "device_cgroup_rules", "access to devices is given by device plugins", "install a device plugin", Severity.ERROR
)
has_no_counterpart("cgroup_parent", "the kubelet owns the cgroups", "", Severity.INFO)
has_no_counterpart("cgroup", "the kubelet owns the cgroups", "", Severity.INFO)
has_no_counterpart("credential_spec", "for Windows containers only", "set gmsaCredentialSpec by an overlay")
