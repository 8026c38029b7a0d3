"""SEC018."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC018",
    "proc-mount-unmasked",
    Severity.ERROR,
    fix="leave procMount out",
)
def proc_mount_unmasked(container: Container) -> Iterator[Flag]:
    """A container sees the parts of /proc that runtimes hide. Pod Security: baseline."""
    if container.text("securityContext", "procMount") not in ("", "Default"):
        yield container.flag("it sees the hidden parts of /proc", "securityContext", "procMount")
