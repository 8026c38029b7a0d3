"""Security contexts that contradict themselves. Source: ``ValidateSecurityContext`` and the kubelet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import flag, has, items, number, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

MAX_ID = 2**31 - 1
_LINUX = (
    *((field,) for field in ("hostPID", "hostIPC", "hostUsers", "shareProcessNamespace")),
    *(("securityContext", field) for field in ("runAsUser", "fsGroup", "seccompProfile", "sysctls")),
)
_IDS = ("runAsUser", "runAsGroup", "fsGroup")


@rule("privileged-without-escalation", "SecurityContext")
def privileged_without_escalation(context: Mapping) -> Iterator[Violation]:
    """A privileged container, or one with CAP_SYS_ADMIN, can always gain privileges: forbidding it is refused."""
    if flag(context, "allowPrivilegeEscalation") is not False:
        return
    added = {text(item) for item in items(context, "capabilities", "add")}
    if flag(context, "privileged"):
        yield Violation("a privileged container can always escalate", ("allowPrivilegeEscalation",), "choose one of the two")
    if added & {"SYS_ADMIN", "CAP_SYS_ADMIN"}:
        yield Violation(
            "a container with SYS_ADMIN can always escalate", ("allowPrivilegeEscalation",), "choose one of the two"
        )


@rule("root-as-non-root", "SecurityContext", "PodSecurityContext")
def root_as_non_root(context: Mapping) -> Iterator[Violation]:
    """``runAsNonRoot: true`` with ``runAsUser: 0``: the kubelet refuses to start the container."""
    if flag(context, "runAsNonRoot") and number(context, "runAsUser") == 0:
        yield Violation("runAsUser 0 is root, which runAsNonRoot forbids", ("runAsUser",), "choose another user")


@rule("bad-id", "SecurityContext", "PodSecurityContext")
def bad_id(context: Mapping) -> Iterator[Violation]:
    """Users and groups are numbers from 0 to 2147483647."""
    groups = [number(item) for item in items(context, "supplementalGroups")]
    for path, value in [
        *(((field,), number(context, field)) for field in _IDS),
        *((("supplementalGroups",), g) for g in groups),
    ]:
        if value is not None and not 0 <= value <= MAX_ID:
            yield Violation(f"{value} is not a user or group", path, f"use 0 to {MAX_ID}")


@rule("localhost-profile", "SeccompProfile", "AppArmorProfile")
def localhost_profile(profile: Mapping) -> Iterator[Violation]:
    """A profile of the type ``Localhost`` names its file; of any other type it does not."""
    is_local = text(profile, "type") == "Localhost"
    if is_local != bool(text(profile, "localhostProfile")):
        fix = "write localhostProfile" if is_local else "remove localhostProfile"
        yield Violation("localhostProfile belongs to the type Localhost", ("localhostProfile",), fix)


@rule("unmasked-proc-on-host-users", "PodSpec")
def unmasked_proc(pod: Mapping) -> Iterator[Violation]:
    """``procMount: Unmasked`` needs a user namespace of the pod's own: ``hostUsers: false``."""
    if flag(pod, "hostUsers") is False:
        return
    for field in ("containers", "initContainers"):
        for index, container in enumerate(items(pod, field)):
            if text(container, "securityContext", "procMount") == "Unmasked":
                path = (field, index, "securityContext", "procMount")
                yield Violation("Unmasked needs hostUsers: false", path, "remove procMount")


@rule("linux-field-on-windows", "PodSpec")
def linux_field_on_windows(pod: Mapping) -> Iterator[Violation]:
    """A pod of Windows has none of the fields of Linux: users, capabilities, host namespaces."""
    if text(pod, "os", "name") != "windows":
        return
    for path in _LINUX:
        if has(pod, *path):
            yield Violation("a pod of Windows does not have it", path, "remove it")
