"""SEC023."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System


@rule(
    "SEC023",
    "no-network-policy",
    Severity.INFO,
    fix="add a NetworkPolicy that denies by default, and one for each way that is needed",
)
def no_network_policy(system: System) -> Iterator[Flag]:
    """No NetworkPolicy selects a workload: every pod of the cluster reaches it, whatever the Compose networks kept apart.

    Told once for the tree if it has no policy at all.
    """
    policies = list(system.of("NetworkPolicy"))
    covered = {pod for policy in policies for pod in system.matched(policy.at("spec", "podSelector"), policy)}
    bare = [pod for pod in system.pods if pod not in covered and pod.object.kind not in ("Job", "CronJob")]
    if bare and not policies:
        yield Flag(f"every pod of the cluster reaches {len(bare)} of {len(system.pods)} workloads", bare[0].object)
    elif bare:
        for pod in bare:
            yield Flag("every pod of the cluster reaches it", pod.object)
