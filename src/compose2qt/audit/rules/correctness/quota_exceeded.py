"""COR052."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "COR052",
    "quota-exceeded",
    Severity.ERROR,
    fix="raise the quota, ask for less, or add a LimitRange with defaults for what sets none",
)
def quota_exceeded(system: System) -> Iterator[Flag]:
    """A ResourceQuota of the tree allows less than the tree asks for: the last objects are refused, and pods stay missing.

    A quota of an amount also refuses every pod that says nothing about it, unless a LimitRange gives a default.
    """
    for overrun in system.overruns:
        if overrun.quota is not None:
            yield flag(overrun.quota, overrun.message, *overrun.field)
