"""REL011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "REL011",
    "missing-disruption-budget",
    Severity.INFO,
    fix="add a PodDisruptionBudget with maxUnavailable: 1",
)
def missing_disruption_budget(pod: Pod, system: System) -> Iterator[Flag]:
    """A workload of several replicas has no PodDisruptionBudget: draining nodes may stop all of them at once."""
    copies = system.copies(pod.object)
    if pod.object.kind not in ("Deployment", "StatefulSet") or copies.most < 2:
        return
    if pod not in system.budgeted:
        yield flag(pod.object, f"a drain may stop all {copies} replicas at once", "spec", "replicas")
