"""MIG012."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.workload import Loss


_TOLD = ("volumes.socket", "volumes.host-path")


@rule(
    "MIG012",
    "lost-function",
    Severity.ERROR,
    fix="do what the message says, or leave the service out by the mapping (drop)",
)
def lost_function(loss: Loss) -> Iterator[Flag]:
    """Something that the Compose service needs to do its work has no counterpart, and no other rule tells of it."""
    if loss.severity is Severity.ERROR and loss.code not in _TOLD:
        remedy = f"; {loss.fix}" if loss.fix else ""
        yield Flag(f"{loss.service or 'the project'}: {loss.reason}{remedy} [{loss.code}]", span=loss.span)
