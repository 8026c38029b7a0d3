"""SEC014."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC014",
    "seccomp-unconfined",
    Severity.WARNING,
    fix="set seccompProfile.type to RuntimeDefault",
)
def seccomp_unconfined(container: Container) -> Iterator[Flag]:
    """A container may make every system call. Pod Security: baseline."""
    if text(container.setting("seccompProfile"), "type") == "Unconfined":
        yield container.flag(f"container {container.name} may make every system call", "securityContext", "seccompProfile")
