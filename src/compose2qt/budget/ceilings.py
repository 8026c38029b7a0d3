"""What the mapping allows the system to ask for, compared with what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.budget.claims import MEASURES, STATES, shown, total_of, written
from compose2qt.budget.model import ClaimCheck
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.budget.model import Budget
    from compose2qt.mapping.plan import NumberClaim


def ceilings(budget: Budget, allowed: Iterable[NumberClaim], state: str) -> tuple[ClaimCheck, ...]:
    """Each amount that is allowed beside the one that ``budget`` comes to in ``state`` (steady, rollout or maximum)."""
    return tuple(_check(budget, one, state) for one in allowed)


def _check(budget: Budget, allowed: NumberClaim, state: str) -> ClaimCheck:
    most = Quantity.parse(allowed.claimed)
    if allowed.name not in MEASURES:
        number = sum(one.number for one in budget.counts if one.kind == allowed.name)
        return ClaimCheck(allowed.name, f"{most.amount:f}", str(number), number <= most.amount, "", allowed.origin.span)
    measure = MEASURES[allowed.name]
    terms = measure.terms(budget, STATES[state])
    total, open_ends = total_of(terms), _unlimited(budget, allowed.name)
    arithmetic = "; ".join(part for part in (written(measure, terms) if total > ZERO else "", open_ends) if part)
    ok = total <= most and not open_ends
    return ClaimCheck(allowed.name, measure.write(most), shown(allowed.name, total), ok, arithmetic, allowed.origin.span)


def _unlimited(budget: Budget, name: str) -> str:
    """The containers without a limit of this kind: what they may use is in no sum."""
    if not name.startswith("limits."):
        return ""
    found = [f"{gap.object} ({gap.container})" for gap in budget.gaps if gap.resource == name]
    some = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return f"without a limit: {some}" if found else ""
