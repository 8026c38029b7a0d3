"""What a change of a field does to a running system.

Source of what cannot be changed: reference/kubernetes.md section 5 and the ``+k8s:immutable`` markers of the API types.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from compose2qt.manifests.model import Object
    from compose2qt.source import Path


class Effect(enum.IntEnum):
    """What happens on ``kubectl apply``; ordered by how much it hurts."""

    NONE = 0
    """Nothing that runs notices."""
    NEW = 1
    """Something new starts, or can be reached."""
    IN_PLACE = 2
    """It takes effect at once, without a restart."""
    RESTART = 3
    """Pods are replaced one after another."""
    OUTAGE = 4
    """All pods stop before new ones start."""
    DOWNTIME = 5
    """Something that runs is gone."""
    REJECTED = 6
    """The API server refuses it: delete and create again."""
    DATA_LOSS = 7
    """Data goes with it."""

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]


_LABELS = {
    Effect.NONE: "nothing that runs notices",
    Effect.NEW: "starts",
    Effect.IN_PLACE: "takes effect in place",
    Effect.RESTART: "restarts pods one after another",
    Effect.OUTAGE: "stops all pods, then starts new ones: nothing answers meanwhile",
    Effect.DOWNTIME: "stops what runs",
    Effect.REJECTED: "is refused: the field cannot be changed, delete the object and create it again",
    Effect.DATA_LOSS: "loses data",
}


class _Row(NamedTuple):
    """The effect of a change below ``prefix`` of the objects of ``kinds``; the first row that fits counts."""

    kinds: tuple[str, ...]
    prefix: tuple[str, ...]
    effect: Effect


_PODS = ("Deployment", "StatefulSet", "DaemonSet")
_ANY: tuple[str, ...] = ()
_ROWS = (
    _Row(_ANY, ("metadata", "labels"), Effect.NONE),
    _Row(_ANY, ("metadata", "annotations"), Effect.IN_PLACE),
    _Row(_ANY, ("apiVersion",), Effect.NONE),
    _Row((*_PODS, "ReplicaSet"), ("spec", "selector"), Effect.REJECTED),
    _Row(("StatefulSet",), ("spec", "serviceName"), Effect.REJECTED),
    _Row(("StatefulSet",), ("spec", "volumeClaimTemplates"), Effect.REJECTED),
    _Row(("StatefulSet",), ("spec", "podManagementPolicy"), Effect.REJECTED),
    _Row(("Job",), ("spec", "template"), Effect.REJECTED),
    _Row(("Job",), ("spec", "selector"), Effect.REJECTED),
    _Row(("Job",), ("spec", "completionMode"), Effect.REJECTED),
    _Row(_PODS, ("spec", "template"), Effect.RESTART),
    _Row(("Pod",), ("spec",), Effect.DOWNTIME),
    _Row(("PersistentVolumeClaim",), ("spec", "resources"), Effect.IN_PLACE),
    _Row(("PersistentVolumeClaim",), ("spec", "volumeAttributesClassName"), Effect.IN_PLACE),
    _Row(("PersistentVolumeClaim",), ("spec",), Effect.REJECTED),
    _Row(("Service",), ("spec", "clusterIP"), Effect.REJECTED),
    _Row(("Service",), ("spec", "ipFamilies"), Effect.REJECTED),
    _Row(("Service",), ("spec", "loadBalancerClass"), Effect.REJECTED),
    _Row(("Service",), ("spec", "selector"), Effect.IN_PLACE),
    _Row(("Secret",), ("type",), Effect.REJECTED),
    _Row(("StorageClass",), ("provisioner",), Effect.REJECTED),
    _Row(("StorageClass",), ("parameters",), Effect.REJECTED),
    _Row(("RoleBinding", "ClusterRoleBinding"), ("roleRef",), Effect.REJECTED),
)


def effect_of(kind: str, path: Path, old: object, new: object) -> Effect:
    """The effect of changing the field at ``path`` of a ``kind`` from ``old`` to ``new``."""
    row = next((r for r in _ROWS if (not r.kinds or kind in r.kinds) and path[: len(r.prefix)] == r.prefix), None)
    if row is None:
        return Effect.IN_PLACE
    if kind == "PersistentVolumeClaim" and path[-1] == "storage" and _shrinks(old, new):
        return Effect.REJECTED
    return row.effect


def _shrinks(old: object, new: object) -> bool:
    try:
        return Quantity.parse(str(new)) < Quantity.parse(str(old))
    except ValueError:
        return False


def effect_of_object(item: Object) -> Effect:
    """The effect of removing ``item``."""
    if item.kind in ("PersistentVolumeClaim", "PersistentVolume", "Namespace"):
        return Effect.DATA_LOSS
    return Effect.DOWNTIME
