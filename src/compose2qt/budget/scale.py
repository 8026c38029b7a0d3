"""How many pods a workload may come to: during a rollout, and at the end of its autoscaler's range.

Sources: Deployment ``strategy.rollingUpdate.maxSurge`` (25% unless set, rounded up), DaemonSet ``updateStrategy`` (0 unless
set), HorizontalPodAutoscaler ``spec.minReplicas`` (1 unless set) and ``maxReplicas``; the autoscaler stops where a workload's
own ``replicas`` is 0 (implicit maintenance mode). A StatefulSet replaces a pod only after it is gone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compose2qt.budget.copies import MOST, Copies, copies
from compose2qt.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node

_LONGEST = 20
"""No number of pods has as many digits."""


def surge(item: Object, pods: int) -> int:
    """The pods that a rollout of ``item`` adds while it lasts: a Deployment has at most as many new as it wants."""
    if item.kind == "Deployment" and item.text("spec", "strategy", "type") != "Recreate":
        return min(pods, _share(item.at("spec", "strategy", "rollingUpdate", "maxSurge"), pods, "25%"))
    if item.kind == "DaemonSet":
        return _share(item.at("spec", "updateStrategy", "rollingUpdate", "maxSurge"), pods, "0")
    return 0


def _share(node: Node | None, pods: int, default: str) -> int:
    """A number, or a percentage of ``pods`` rounded up."""
    written = str(node.value) if isinstance(node, Scalar) and node.value is not None else default
    digits = written.removesuffix("%")
    if not digits.isdecimal() or len(digits) >= _LONGEST:
        return 0
    return math.ceil(pods * int(digits) / 100) if written.endswith("%") else int(digits)


class Range(NamedTuple):
    """The fewest and the most pods that an autoscaler gives a workload; zeros without one."""

    least: int = 0
    most: int = 0


Ranges: TypeAlias = "Mapping[tuple[str, str], Range]"
"""By namespace and ``Kind/name``."""
_ALONE = Range()


def range_of(item: Object, scaled: Ranges) -> Range:
    """What an autoscaler may give ``item``."""
    return scaled.get((item.namespace, item.id), _ALONE)


def running(item: Object, scaled: Ranges, nodes: int = 1) -> Copies:
    """The pods of ``item`` in its steady state, no fewer than its autoscaler lets run."""
    pods, least = copies(item, nodes), range_of(item, scaled).least
    return pods if pods.count >= least else Copies(least, f"the autoscaler never lets fewer than {least} run")


def ranges(objects: Sequence[Object]) -> Ranges:
    """What autoscalers may give each workload."""
    found: dict[tuple[str, str], Range] = {}
    stopped = {(item.namespace, item.id) for item in objects if item.text("spec", "replicas") == "0"}
    for item in objects:
        if item.kind == "HorizontalPodAutoscaler":
            target = f"{item.text('spec', 'scaleTargetRef', 'kind')}/{item.text('spec', 'scaleTargetRef', 'name')}"
            least, most = (_bound(item.text("spec", name)) for name in ("minReplicas", "maxReplicas"))
            if most is not None and (least == 0 or (item.namespace, target) not in stopped):
                found[item.namespace, target] = Range(min(1 if least is None else least, most), most)
    return found


def _bound(written: str) -> int | None:
    return min(int(written), MOST) if written.isdecimal() and len(written) < _LONGEST else None
