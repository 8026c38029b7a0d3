"""AUD003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule, rules
from compose2qt.diagnostic import Severity, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "AUD003",
    "suppression-of-nothing",
    Severity.WARNING,
    fix="use the name or the code of a rule: `compose2qt explain` knows them all",
)
def suppression_of_nothing(system: System) -> Iterator[Flag]:
    """A suppression excuses a finding of a rule that does not exist: a typing error, or a rule that is gone."""
    known = {word for one in rules() for word in (one.name, one.code)} if system.suppressions else set()
    for one in system.suppressions:
        if one.rule not in known:
            yield one.flag(f"there is no rule {one.rule}; {nearest(one.rule, known)}")
