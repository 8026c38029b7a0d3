"""COR013."""

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
    "COR013",
    "two-autoscalers",
    Severity.ERROR,
    fix="keep one of them; a VerticalPodAutoscaler beside it must be off or act on another resource",
)
def two_autoscalers(system: System) -> Iterator[Flag]:
    """Two autoscalers act on one workload: each undoes what the other did.

    A VerticalPodAutoscaler whose `updateMode` is `Off` only recommends, and is not counted.
    """
    owners: dict[tuple[str, str, str], Object] = {}
    for item in system.of("HorizontalPodAutoscaler", "ScaledObject", "VerticalPodAutoscaler"):
        field = "targetRef" if item.kind == "VerticalPodAutoscaler" else "scaleTargetRef"
        target = (item.namespace, item.text("spec", field, "kind") or "Deployment", item.text("spec", field, "name"))
        if item.text("spec", "updatePolicy", "updateMode") == "Off":
            continue
        if target in owners:
            yield flag(item, f"{owners[target].id} scales {target[1]}/{target[2]} too", "spec", field, "name")
        owners.setdefault(target, item)
