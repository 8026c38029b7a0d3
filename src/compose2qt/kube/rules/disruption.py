"""PodDisruptionBudgets. Source: ``ValidatePodDisruptionBudgetSpec``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import has
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping


@rule("disruption-budget", "PodDisruptionBudgetSpec")
def disruption_budget(spec: Mapping) -> Iterator[Violation]:
    """A budget says how many pods stay or how many may go, not both."""
    if has(spec, "minAvailable") and has(spec, "maxUnavailable"):
        yield Violation("minAvailable and maxUnavailable are both given", ("minAvailable",), "keep one of the two")
