"""AUD002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "AUD002",
    "suppression-without-reason",
    Severity.WARNING,
    fix='write why it may stand: ignore.compose2qt/host-port: "the agent listens on the node (until 2027-06-30)"',
)
def suppression_without_reason(system: System) -> Iterator[Flag]:
    """An annotation excuses a finding without a reason, or until a day that the calendar does not have: it does not count."""
    for one in system.suppressions:
        if not one.reason:
            yield one.flag(f"{one.rule} is excused without a reason")
        elif not one.is_dated:
            yield one.flag(f"{one.rule} is excused until a day that does not exist, or that does not end the text")
