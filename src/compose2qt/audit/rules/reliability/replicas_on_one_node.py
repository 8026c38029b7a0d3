"""REL013."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "REL013",
    "replicas-on-one-node",
    Severity.INFO,
    fix="add topologySpreadConstraints over kubernetes.io/hostname, or a preferred podAntiAffinity",
)
def replicas_on_one_node(pod: Pod, system: System) -> Iterator[Flag]:
    """Nothing keeps the replicas of a workload on different nodes: one node's end may be the end of all."""
    copies = system.copies(pod.object)
    is_spread = pod.at("topologySpreadConstraints") or pod.at("affinity", "podAntiAffinity")
    if pod.object.kind in ("Deployment", "StatefulSet") and copies.most > 1 and not is_spread:
        yield pod.flag(f"all {copies} replicas may run on one node", "topologySpreadConstraints")
