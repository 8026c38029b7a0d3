"""AUD004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule, rules
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Drop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "AUD004",
    "suppression-without-use",
    Severity.WARNING,
    fix="remove it: what it excused is repaired, or stands elsewhere now",
    patch=(Drop(("ignore", "{index}")),),
)
def suppression_without_use(system: System) -> Iterator[Flag]:
    """A suppression excuses nothing: the rule finds nothing there. Left in place it would hide the next finding.

    One that has expired or has no reason is told as that. What the audit says of suppressions itself cannot be excused.
    """
    own = {word for one in rules() if one.code.startswith("AUD") for word in (one.name, one.code)}
    known = {word for one in rules() for word in (one.name, one.code)} if system.suppressions else set()
    for one in system.suppressions:
        if one.rule in known and one.holds(system.today) and id(one) not in system.used:
            yield one.flag(f"{one.rule} {'cannot be excused' if one.rule in own else 'finds nothing that this excuses'}")
