"""How many pods a workload may come to: during a rollout, and at the end of its autoscaler's range.

Sources: Deployment ``strategy.rollingUpdate.maxSurge`` (25% unless set, rounded up), DaemonSet ``updateStrategy`` (0 unless
set), HorizontalPodAutoscaler ``spec.maxReplicas``. A StatefulSet replaces a pod only after it is gone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compose2qt.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node


def surge(item: Object, pods: int) -> int:
    """The pods that a rollout of ``item`` adds while it lasts."""
    if item.kind == "Deployment" and item.text("spec", "strategy", "type") != "Recreate":
        return _share(item.at("spec", "strategy", "rollingUpdate", "maxSurge"), pods, "25%")
    if item.kind == "DaemonSet":
        return _share(item.at("spec", "updateStrategy", "rollingUpdate", "maxSurge"), pods, "0")
    return 0


def _share(node: Node | None, pods: int, default: str) -> int:
    """A number, or a percentage of ``pods`` rounded up."""
    written = str(node.value) if isinstance(node, Scalar) and node.value is not None else default
    digits = written.removesuffix("%")
    if not digits.isdecimal():
        return 0
    return math.ceil(pods * int(digits) / 100) if written.endswith("%") else int(digits)


def maxima(objects: Iterable[Object]) -> dict[str, int]:
    """The largest number of pods that an autoscaler may give a workload, by ``Kind/name``."""
    found: dict[str, int] = {}
    for item in objects:
        if item.kind == "HorizontalPodAutoscaler":
            target = f"{item.text('spec', 'scaleTargetRef', 'kind')}/{item.text('spec', 'scaleTargetRef', 'name')}"
            most = item.text("spec", "maxReplicas")
            found[target] = int(most) if most.isdecimal() else 0
    return found
