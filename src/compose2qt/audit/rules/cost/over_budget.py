"""COS009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System


@rule(
    "COS009",
    "over-budget",
    Severity.ERROR,
    fix="ask for less, or raise the budget in the mapping and say so to those who pay",
)
def over_budget(system: System) -> Iterator[Flag]:
    """The system asks for more than the section `budget` of the mapping allows. `report` then ends with exit code 1."""
    for overrun in system.overruns:
        if overrun.quota is None:
            yield Flag(overrun.message, span=overrun.span)
