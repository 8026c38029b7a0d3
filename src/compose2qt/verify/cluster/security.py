"""Privileges and namespaces. Facts are only what departs from Docker's defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.docker.security import DEFAULT_SECCOMP
from compose2qt.verify.reading import find, is_true, items, place, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Container, World


_APPARMOR = "container.apparmor.security.beta.kubernetes.io"


def security(container: Container, world: World) -> Iterator[Fact]:
    """What the container may do beyond, or not even as, an ordinary one."""
    context, pod = find(container.node, "securityContext"), container.pod.node
    for key, item in (("privileged", "privileged"), ("readOnlyRootFilesystem", "read-only root")):
        if is_true(context, key):
            yield Fact(Aspect.SECURITY, item, "yes", place(context, key))
    for key, item in (("add", "added capabilities"), ("drop", "dropped capabilities")):
        if names := {name.upper().removeprefix("CAP_") for name in texts(context, "capabilities", key)}:
            yield Fact(Aspect.SECURITY, item, ", ".join(sorted(names)), place(context, "capabilities", key))
    if text(context, "allowPrivilegeEscalation") == "false":
        yield Fact(Aspect.SECURITY, "no new privileges", "yes", place(context, "allowPrivilegeEscalation"))
    yield _seccomp(context, pod)
    for sysctl in items(pod, "securityContext", "sysctls"):
        yield Fact(Aspect.SECURITY, f"sysctl {text(sysctl, 'name')}", text(sysctl, "value"), sysctl.span)
    for owner in (context, find(pod, "securityContext")):
        if profile := text(owner, "appArmorProfile", "type"):
            shown = text(owner, "appArmorProfile", "localhostProfile") or profile.replace("Unconfined", "unconfined")
            yield Fact(Aspect.SECURITY, "option apparmor", shown, place(owner, "appArmorProfile"))
            break
    else:
        noted = find(container.pod.template, "metadata", "annotations", f"{_APPARMOR}/{container.name}")
        if (profile := text(noted)) and noted is not None and profile != "runtime/default":
            yield Fact(Aspect.SECURITY, "option apparmor", profile.removeprefix("localhost/"), noted.span)
    yield from _namespaces(pod)
    yield from _surroundings(container, world)


def _seccomp(context: Node | None, pod: Node | None) -> Fact:
    for owner in (context, find(pod, "securityContext")):
        if kind := text(owner, "seccompProfile", "type"):
            known = {"RuntimeDefault": DEFAULT_SECCOMP, "Unconfined": "unconfined"}
            shown = known.get(kind) or text(owner, "seccompProfile", "localhostProfile")
            return Fact(Aspect.SECURITY, "seccomp", shown, place(owner, "seccompProfile"))
    return Fact(Aspect.SECURITY, "seccomp", "unconfined", place(context) if context is not None else place(pod))


def _namespaces(pod: Node | None) -> Iterator[Fact]:
    for key, item in (("hostNetwork", "network"), ("hostPID", "pid"), ("hostIPC", "ipc")):
        if is_true(pod, key):
            yield Fact(Aspect.NAMESPACES, item, "host", place(pod, key))
    if text(pod, "hostUsers") == "false":
        yield Fact(Aspect.NAMESPACES, "userns_mode", "own users", place(pod, "hostUsers"))
    if is_true(pod, "shareProcessNamespace"):
        yield Fact(Aspect.NAMESPACES, "pid", "shared in the pod", place(pod, "shareProcessNamespace"))


def _surroundings(container: Container, world: World) -> Iterator[Fact]:
    """What a pod gets that no container of Docker has: credentials, variables of Services."""
    pod = container.pod
    if _mounts_token(container, world):
        span = place(pod.node, "automountServiceAccountToken")
        yield Fact(Aspect.SURROUNDINGS, "credentials for the cluster", "mounted", span)
    if name := text(pod.node, "runtimeClassName"):
        yield Fact(Aspect.SURROUNDINGS, "runtime", name, place(pod.node, "runtimeClassName"))


def _mounts_token(container: Container, world: World) -> bool:
    pod = container.pod
    own = text(pod.node, "automountServiceAccountToken")
    if not own:
        account = text(pod.node, "serviceAccountName") or text(pod.node, "serviceAccount") or "default"
        item = world.index.get(("ServiceAccount", pod.namespace, account))
        own = text(item.root, "automountServiceAccountToken") if item is not None else ""
    return own != "false"
