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
    fix="give it a new value when the Secret is created, and take the old one out of the file",
)
def secret_to_rotate(system: System) -> Iterator[Flag]:
    """A secret stands in plain text in a Compose file or an env file, and so in the history of git if the file is committed.

    It does so wherever it goes: to a Secret, inside a URL or a command, or nowhere, because its service is left out or its
    profile is not active. The Secret keeps the next value private, not this one. The value itself is never shown, only the name
    of the variable or attribute. A line that only names a variable shows nothing: it is not flagged.
    """
    for one in system.ledger.exposed if system.ledger else ():
        owner = f"{one.service}: " if one.service else ""
        yield Flag(f"{owner}{one.name} shows a secret in plain text", span=one.span)
