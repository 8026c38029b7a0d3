"""REL024."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, number
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "REL024",
    "autoscaler-cannot-scale",
    Severity.WARNING,
    fix="make maxReplicas larger than minReplicas",
    kinds=("HorizontalPodAutoscaler",),
)
def autoscaler_cannot_scale(item: Object) -> Iterator[Flag]:
    """An autoscaler whose smallest number is its largest never scales."""
    if item.at("spec", "maxReplicas") and number(item.at("spec", "minReplicas"), 1) >= number(item.at("spec", "maxReplicas")):
        yield flag(item, "minReplicas is not below maxReplicas", "spec", "maxReplicas")
