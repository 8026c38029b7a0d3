"""COR028."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, labels
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "COR028",
    "selectors-overlap",
    Severity.ERROR,
    fix="give each workload a label of its own, in its selector and its pods",
)
def selectors_overlap(system: System) -> Iterator[Flag]:
    """Two workloads select each other's pods: each counts, adopts or deletes pods that belong to the other."""
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        for item in system.of(kind):
            selector = item.at("spec", "selector")
            wanted = labels(at(selector, ("matchLabels",)))
            others = [pod for pod in system.selected(wanted, item) if pod.object is not item and pod.object.kind == kind]
            if others:
                yield flag(item, f"its selector matches the pods of {others[0].object.id} too", "spec", "selector")
