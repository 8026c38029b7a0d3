"""COR025."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "COR025",
    "duplicate-env",
    Severity.WARNING,
    fix="keep the entry that is meant",
)
def duplicate_env(container: Container) -> Iterator[Flag]:
    """A container defines one variable twice. The last entry wins, and a later apply may merge them by name."""
    seen: set[str] = set()
    for entry in container.env:
        if entry.name in seen:
            yield Flag(f"{entry.name} is defined above already", container.object, (*entry.path, "name"))
        seen.add(entry.name)
