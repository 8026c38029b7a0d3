"""COS004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import amount
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


class Ratio(Struct, frozen=True):
    """How many times its request a container may use."""

    times: int = 10


@rule(
    "COS004",
    "wide-limits",
    Severity.INFO,
    fix="measure what the program uses, and bring request and limit together",
    options=Ratio(),
)
def wide_limits(container: Container, options: Ratio) -> Iterator[Flag]:
    """A container may use many times the memory that it reserves: the node promises what it does not have.

    When several such pods grow together, the kernel kills some of them.
    """
    asked = amount(container.at("resources", "requests", "memory"))
    allowed = amount(container.at("resources", "limits", "memory"))
    if asked is not None and allowed is not None and asked.amount > 0 and asked * options.times < allowed:
        shown = f"{container.text('resources', 'limits', 'memory')} for {container.text('resources', 'requests', 'memory')}"
        yield container.flag(f"it may use {shown}", "resources", "limits", "memory")
