"""Numbers that a document states, compared with the computed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compose2qt.budget.model import ClaimCheck
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.budget.model import Budget
    from compose2qt.mapping.plan import NumberClaim

Terms: TypeAlias = tuple[tuple[int, Quantity], ...]
"""(how many, how much of each): the terms of a sum."""


class Measure(NamedTuple):
    """How a number is computed and written."""

    terms: Callable[[Budget], Terms]
    write: Callable[[Quantity], str]


def check(budget: Budget, claim: NumberClaim, files: int) -> ClaimCheck:
    """Compare one stated number with ``budget`` and the number of ``files`` of its tree."""
    if claim.name == "files":
        return _checked(claim, str(files), claim.claimed.replace(",", "").strip() == str(files))
    measure = _MEASURES.get(claim.name)
    if measure is None:
        return _checked(claim, "", False, f"nothing computes this; known: {', '.join((*_MEASURES, 'files'))}")
    terms = measure.terms(budget)
    total = sum((amount * count for count, amount in terms), ZERO)
    computed = measure.write(total)
    stated = _stated(claim.claimed)
    arithmetic = " + ".join(_term(count, measure.write(amount)) for count, amount in terms)
    return _checked(claim, computed, stated == total, f"{arithmetic} = {computed}" if terms else "")


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
_MEASURES: dict[str, Measure] = {
    "requests.cpu": Measure(lambda b: tuple((w.pods, w.pod_requests.cpu) for w in b.workloads), _milli),
    "requests.memory": Measure(lambda b: tuple((w.pods, w.pod_requests.memory) for w in b.workloads), _mebi),
    "limits.cpu": Measure(lambda b: tuple((w.pods, w.pod_limits.cpu) for w in b.workloads), _milli),
    "limits.memory": Measure(lambda b: tuple((w.pods, w.pod_limits.memory) for w in b.workloads), _mebi),
    "storage": Measure(lambda b: tuple((v.count, v.size) for v in b.volumes), _gibi),
    "pods": Measure(lambda b: tuple((1, _ONE * w.pods) for w in b.workloads), _count),
}
