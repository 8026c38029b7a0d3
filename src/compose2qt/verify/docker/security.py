"""Privileges and namespaces. Facts are only what departs from Docker's defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.reading import entries, is_true, items, place, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

DEFAULT_SECCOMP = "the runtime's default profile"


def security(node: Mapping) -> Iterator[Fact]:
    """What the container may do beyond, or not even as, an ordinary one."""
    for key, item in (("privileged", "privileged"), ("read_only", "read-only root")):
        if is_true(node, key):
            yield Fact(Aspect.SECURITY, item, "yes", place(node, key))
    for key, item in (("cap_add", "added capabilities"), ("cap_drop", "dropped capabilities")):
        if names := {name.upper().removeprefix("CAP_") for name in texts(node, key)}:
            yield Fact(Aspect.SECURITY, item, ", ".join(sorted(names)), place(node, key))
    yield from _options(node)
    for name, value in entries(node, "sysctls").items():
        yield Fact(Aspect.SECURITY, f"sysctl {name}", text(value), value.span)
    for device in items(node, "devices"):
        target = text(device, "target") or text(device, "source")
        yield Fact(Aspect.SECURITY, f"device {target}", text(device, "source") or "set", device.span)
    for key in ("pid", "ipc", "uts", "userns_mode", "cgroup", "network_mode"):
        if (mode := text(node, key)) and mode not in ("private", "bridge", "default", "shareable"):
            yield Fact(Aspect.NAMESPACES, "network" if key == "network_mode" else key, mode, place(node, key))
    for key in ("runtime", "isolation", "credential_spec", "use_api_socket"):
        if (stated := text(node, key)) and stated not in ("false", "default", "runc"):
            yield Fact(Aspect.SURROUNDINGS, key, stated, place(node, key))


def _options(node: Mapping) -> Iterator[Fact]:
    seccomp = DEFAULT_SECCOMP
    where = place(node, "security_opt")
    for option in items(node, "security_opt"):
        name, _, value = text(option).replace("=", ":", 1).partition(":")
        if name == "no-new-privileges":
            if value in ("", "true"):
                yield Fact(Aspect.SECURITY, "no new privileges", "yes", option.span)
        elif name == "seccomp":
            seccomp, where = value, option.span
        else:
            yield Fact(Aspect.SECURITY, f"option {name}", value, option.span)
    if is_true(node, "privileged"):
        seccomp = "unconfined"
    yield Fact(Aspect.SECURITY, "seccomp", seccomp, where)
