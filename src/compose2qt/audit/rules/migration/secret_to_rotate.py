"""MIG010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System


@rule(
    "MIG010",
    "secret-to-rotate",
    Severity.WARNING,
    fix="give it a new value when the Secret is created, and take the old one out of the Compose file",
)
def secret_to_rotate(system: System) -> Iterator[Flag]:
    """A value that goes to a Secret stands in plain text in the Compose file, and so in the history of git.

    The Secret keeps the next value private, not this one. The value itself is never shown. A line that only names a variable
    shows nothing: it is not flagged.
    """
    for entry in system.ledger.entries if system.ledger else ():
        path = entry.leaf.path
        is_plain = len(path) > 3 and path[0] == "services" and path[2] == "environment"
        if is_plain and not entry.leaf.is_reference and any(field.object.startswith("Secret/") for field in entry.to):
            yield Flag(f"{path[1]}: a secret stands here in plain text", span=entry.leaf.span)
