"""COR010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR010",
    "disruption-budget-selects-nothing",
    Severity.WARNING,
    fix="make the selector equal to the labels of the pods that it should protect",
    kinds=("PodDisruptionBudget",),
)
def disruption_budget_selects_nothing(item: Object, system: System) -> Iterator[Flag]:
    """A PodDisruptionBudget whose selector matches no pod of the tree protects nothing."""
    if not system.matched(item.at("spec", "selector"), item):
        yield flag(item, "its selector matches no pod of the tree", "spec", "selector")
