"""SEC006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_false
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC006",
    "privilege-escalation",
    Severity.INFO,
    fix="set securityContext.allowPrivilegeEscalation to false",
)
def privilege_escalation(container: Container) -> Iterator[Flag]:
    """A program may gain more rights than it was started with, by a setuid file. Pod Security: restricted."""
    if not is_false(container.at("securityContext", "allowPrivilegeEscalation")):
        message = f"container {container.name} may gain rights by setuid files"
        yield container.flag(message, "securityContext", "allowPrivilegeEscalation")
