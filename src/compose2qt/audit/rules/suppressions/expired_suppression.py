"""AUD001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "AUD001",
    "expired-suppression",
    Severity.WARNING,
    fix="repair what it excuses, or give it a new date and say why",
)
def expired_suppression(system: System) -> Iterator[Flag]:
    """A suppression excused a finding until a day that has passed. The finding stands again.

    The day is that of `--today`; without it, nothing expires.
    """
    for one in system.suppressions:
        if system.today is not None and one.until is not None and one.until < system.today:
            yield one.flag(f"{one.rule} was excused until {one.until}")
