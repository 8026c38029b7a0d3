"""COR009."""

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
    "COR009",
    "autoscaler-target-missing",
    Severity.ERROR,
    fix="name the kind and the name of a workload of the tree",
    kinds=("HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject"),
)
def autoscaler_target_missing(item: Object, system: System) -> Iterator[Flag]:
    """An autoscaler names a workload that the tree does not hold, so it scales nothing."""
    field = "targetRef" if item.kind == "VerticalPodAutoscaler" else "scaleTargetRef"
    name = item.text("spec", field, "name")
    kind = item.text("spec", field, "kind") or "Deployment"
    if name and not system.get(kind, name, item):
        yield flag(item, f"no {kind} {name} is in the tree", "spec", field, "name")
