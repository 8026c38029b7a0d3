"""SEC010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC010",
    "capabilities-not-dropped",
    Severity.INFO,
    fix="set securityContext.capabilities.drop to [ALL], and add what is needed, such as NET_BIND_SERVICE",
)
def capabilities_not_dropped(container: Container) -> Iterator[Flag]:
    """A container keeps the runtime's default capabilities, most of which no program needs. Pod Security: restricted."""
    dropped = {name.upper() for name in texts(container.at("securityContext", "capabilities", "drop"))}
    if "ALL" not in dropped:
        message = f"container {container.name} keeps the default capabilities"
        yield container.flag(message, "securityContext", "capabilities", "drop")
