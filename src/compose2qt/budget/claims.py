"""Numbers that a document states, compared with the computed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compose2qt.budget.model import ClaimCheck
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.budget.model import Budget, WorkloadBudget
    from compose2qt.mapping.plan import NumberClaim

Terms: TypeAlias = tuple[tuple[int, Quantity], ...]
"""(how many, how much of each): the terms of a sum."""


Count: TypeAlias = "Callable[[WorkloadBudget], int]"
"""How many pods of a workload there are in a state of the system."""

STATES: dict[str, Count] = {
    "steady": lambda workload: workload.pods,
    "rollout": lambda workload: workload.pods + workload.surge,
    "maximum": lambda workload: workload.maximum,
}
"""The states by name: as it runs, while everything is replaced, and scaled out while everything is replaced."""


class Measure(NamedTuple):
    """How a number is computed and written."""

    terms: Callable[[Budget, Count], Terms]
    write: Callable[[Quantity], str]


def check(budget: Budget, claim: NumberClaim, files: int) -> ClaimCheck:
    """Compare one stated number with ``budget`` and the number of ``files`` of its tree."""
    if claim.name == "files":
        return _checked(claim, str(files), claim.claimed.replace(",", "").strip() == str(files))
    measure = MEASURES.get(claim.name)
    if measure is None:
        return _checked(claim, "", False, f"nothing computes this; known: {', '.join((*MEASURES, 'files'))}")
    terms = measure.terms(budget, STATES["steady"])
    total = total_of(terms)
    return _checked(claim, shown(claim.name, total), _stated(claim.claimed) == total, written(measure, terms))


def shown(name: str, total: Quantity) -> str:
    """A computed ``total`` as people read it: no limits at all are not a limit of zero."""
    return "none" if name.startswith("limits.") and total == ZERO else MEASURES[name].write(total)


def total_of(terms: Terms) -> Quantity:
    """The sum of ``terms``."""
    return sum((amount * count for count, amount in terms), ZERO)


def written(measure: Measure, terms: Terms) -> str:
    """The sum as people write it down: ``2 x 250m + 100m = 600m``; empty for a sum of nothing."""
    parts = [_term(count, measure.write(amount)) for count, amount in terms]
    rest = [f"… ({len(parts) - _TERMS:,} more)"] if len(parts) > _TERMS else []
    return f"{' + '.join([*parts[:_TERMS], *rest])} = {measure.write(total_of(terms))}" if parts else ""


def _checked(claim: NumberClaim, computed: str, ok: bool, arithmetic: str = "") -> ClaimCheck:
    return ClaimCheck(claim.name, claim.claimed, computed, ok, arithmetic, claim.origin.span)


def _stated(text: str) -> Quantity | None:
    """The number in ``text``, as people write it: with thousands separators and a space before the unit."""
    try:
        return Quantity.parse(text.replace(",", "").replace(" ", ""))
    except ValueError:
        return None


def _term(count: int, amount: str) -> str:
    return amount if count == 1 else f"{count} × {amount}"  # noqa: RUF001 - the sign that people read


def _milli(amount: Quantity) -> str:
    return amount.milli


def _mebi(amount: Quantity) -> str:
    return amount.within("Mi")


def _gibi(amount: Quantity) -> str:
    return amount.within("Gi")


def _count(amount: Quantity) -> str:
    return str(int(amount.amount))


_ONE = Quantity.parse(1)
_TERMS = 40
"""Terms of a sum that are written out."""
MEASURES: dict[str, Measure] = {
    "requests.cpu": Measure(lambda b, pods: tuple((pods(w), w.pod_requests.cpu) for w in b.workloads), _milli),
    "requests.memory": Measure(lambda b, pods: tuple((pods(w), w.pod_requests.memory) for w in b.workloads), _mebi),
    "limits.cpu": Measure(lambda b, pods: tuple((pods(w), w.pod_limits.cpu) for w in b.workloads), _milli),
    "limits.memory": Measure(lambda b, pods: tuple((pods(w), w.pod_limits.memory) for w in b.workloads), _mebi),
    "storage": Measure(lambda b, _: tuple((v.count, v.size) for v in b.volumes), _gibi),
    "pods": Measure(lambda b, pods: tuple((1, _ONE * pods(w)) for w in b.workloads), _count),
}
"""What can be computed, by name."""
