"""Amounts for people: as somebody would write them, exact wherever a short form is; JSON has one unit for all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from compose2qt.budget import Amounts
    from compose2qt.workload import Quantity

_FORMS = (
    ("Gi", Decimal(2**30), 2),
    ("Mi", Decimal(2**20), 0),
    ("G", Decimal(10**9), 2),
    ("M", Decimal(10**6), 0),
)
"""Units with the decimals that a short number of them may have, the first that is exact is taken."""


def size(amount: Quantity) -> str:
    """Bytes in the first unit of which there is at least one, and a short number says exactly how many; else rounded."""
    count = amount.amount
    for unit, bytes_, decimals in _FORMS:
        shown = round(count / bytes_, decimals)
        if count >= bytes_ and shown * bytes_ == count:
            return f"{shown.normalize():f}{unit}"
    unit, bytes_ = ("Gi", Decimal(2**30)) if count >= 2**30 else ("Mi", Decimal(2**20))
    return f"{round(count / bytes_, 1 if count >= bytes_ else 3).normalize():f}{unit}"


def told(asked: Amounts) -> dict[str, str]:
    """CPU in millicores, memory in the unit that suits it."""
    return {"cpu": asked.cpu.milli, "memory": size(asked.memory)}


def limited(limits: Amounts) -> dict[str, str]:
    """Limits: a sum of nothing is no limit, not a limit of zero."""
    shown = told(limits)
    return {name: amount if getattr(limits, name) > ZERO else "none" for name, amount in shown.items()}


def listed(asked: Amounts, storage: Quantity | None = None) -> str:
    """``350m CPU, 448Mi memory and 3Gi storage``: what there is of them; empty for nothing."""
    parts = [(asked.cpu, asked.cpu.milli, "CPU"), (asked.memory, size(asked.memory), "memory")]
    parts += [(storage, size(storage), "storage")] if storage is not None else []
    words = [f"{shown} {name}" for amount, shown, name in parts if amount > ZERO]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
