"""SEC024."""

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
    "SEC024",
    "datastore-exposed",
    Severity.ERROR,
    fix="make it a ClusterIP Service; reach it with kubectl port-forward",
    kinds=("Service",),
)
def datastore_outside(item: Object, system: System) -> Iterator[Flag]:
    """A datastore can be reached from outside the cluster, by a node port or a load balancer."""
    stores = [one.image.name for pod in system.behind(item) for one in pod.running if one.image.is_datastore]
    if item.text("spec", "type") in ("NodePort", "LoadBalancer") and stores:
        yield flag(item, f"{stores[0]} can be reached from outside the cluster", "spec", "type")
