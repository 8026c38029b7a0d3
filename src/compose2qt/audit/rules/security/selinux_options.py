"""SEC020."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")


@rule(
    "SEC020",
    "selinux-options",
    Severity.WARNING,
    fix="leave user, role and type out",
)
def selinux_options(container: Container) -> Iterator[Flag]:
    """A container gets SELinux options that can lift its confinement. Pod Security: baseline."""
    options = container.setting("seLinuxOptions")
    if text(options, "type") not in _TYPES or text(options, "user") or text(options, "role"):
        yield container.flag("it chooses its own SELinux user, role or type", "securityContext", "seLinuxOptions")
