"""What a change of a field does to a running system.

Source of what cannot be changed: reference/kubernetes.md section 5 and the ``+k8s:immutable`` markers of the API types.
"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.kube.reading import at, number, text
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node, Path


class Effect(enum.IntEnum):
    """What happens on ``kubectl apply``; ordered by how much it hurts."""

    NONE = 0
    NEW = 1
    IN_PLACE = 2
    ON_RESTART = 3
    RESTART = 4
    BY_HAND = 5
    CUT_OFF = 6
    OUTAGE = 7
    DOWNTIME = 8
    BESIDE = 9
    UNTOLD = 10
    REJECTED = 11
    DATA_AWAY = 12
    DATA_LOSS = 13

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]

    @property
    def code(self) -> str:
        """As JSON and ``explain`` have it: ``data-loss``."""
        return self.name.lower().replace("_", "-")


_LABELS = {
    Effect.NONE: "nothing that runs notices",
    Effect.NEW: "starts",
    Effect.IN_PLACE: "takes effect in place",
    Effect.ON_RESTART: "takes effect when pods are started again",
    Effect.RESTART: "restarts pods one after another",
    Effect.BY_HAND: "is to be filled in by hand",
    Effect.CUT_OFF: "cuts off clients",
    Effect.OUTAGE: "stops all pods, then starts new ones: nothing answers meanwhile",
    Effect.DOWNTIME: "stops what runs",
    Effect.BESIDE: "answers beside what replaces it, under one name",
    Effect.UNTOLD: "may change any object",
    Effect.REJECTED: "is refused: the field cannot be changed, delete the object and create it again",
    Effect.DATA_AWAY: "starts without the data of before",
    Effect.DATA_LOSS: "loses data",
}


class Row(NamedTuple):
    """The effect of a change below ``prefix`` of the objects of ``kinds``; the first row that fits counts."""

    kinds: tuple[str, ...]
    prefix: tuple[str, ...]
    effect: Effect


_PODS = ("Deployment", "StatefulSet", "DaemonSet")
_ANY: tuple[str, ...] = ()
ROWS = (
    Row(_ANY, ("metadata", "labels"), Effect.NONE),
    Row(_ANY, ("metadata", "annotations"), Effect.IN_PLACE),
    Row(_ANY, ("apiVersion",), Effect.NONE),
    Row((*_PODS, "ReplicaSet"), ("spec", "selector"), Effect.REJECTED),
    Row(("StatefulSet",), ("spec", "serviceName"), Effect.REJECTED),
    Row(("StatefulSet",), ("spec", "volumeClaimTemplates"), Effect.REJECTED),
    Row(("StatefulSet",), ("spec", "podManagementPolicy"), Effect.REJECTED),
    Row(("Job",), ("spec", "template"), Effect.REJECTED),
    Row(("Job",), ("spec", "selector"), Effect.REJECTED),
    Row(("Job",), ("spec", "completionMode"), Effect.REJECTED),
    Row(_PODS, ("spec", "template"), Effect.RESTART),
    Row(("ReplicaSet",), ("spec", "template"), Effect.ON_RESTART),
    Row(("Pod",), ("spec",), Effect.DOWNTIME),
    Row(("PersistentVolumeClaim",), ("spec", "resources"), Effect.IN_PLACE),
    Row(("PersistentVolumeClaim",), ("spec", "volumeAttributesClassName"), Effect.IN_PLACE),
    Row(("PersistentVolumeClaim",), ("spec",), Effect.REJECTED),
    Row(("Service",), ("spec", "clusterIP"), Effect.REJECTED),
    Row(("Service",), ("spec", "ipFamilies"), Effect.REJECTED),
    Row(("Service",), ("spec", "loadBalancerClass"), Effect.REJECTED),
    Row(("Service",), ("spec", "selector"), Effect.IN_PLACE),
    Row(("Secret",), ("type",), Effect.REJECTED),
    Row(("StorageClass",), ("provisioner",), Effect.REJECTED),
    Row(("StorageClass",), ("parameters",), Effect.REJECTED),
    Row(("RoleBinding", "ClusterRoleBinding"), ("roleRef",), Effect.REJECTED),
)


def effect_of(kind: str, path: Path, old: object, new: object) -> Effect:
    """The effect of changing the field at ``path`` of a ``kind`` from ``old`` to ``new``."""
    row = next((r for r in ROWS if (not r.kinds or kind in r.kinds) and path[: len(r.prefix)] == r.prefix), None)
    if path == ("spec", "replicas") and 0 in (old, new):
        return Effect.DOWNTIME if new == 0 else Effect.NEW
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


NEW_PODS = (Effect.RESTART, Effect.OUTAGE)
"""Effects that replace the pods of a workload."""


def rollout(item: Object, replicas: int, effect: Effect) -> Effect:
    """``effect``; where it replaces pods: what that means with the strategy of ``item`` and ``replicas`` pods."""
    if effect is not Effect.RESTART:
        return effect
    name = "strategy" if item.kind == "Deployment" else "updateStrategy"
    strategy = at(item.root, ("spec", name))
    rolling = at(strategy, ("rollingUpdate",))
    match text(strategy, "type"):
        case "OnDelete":
            return Effect.ON_RESTART
        case "Recreate":
            return Effect.OUTAGE
    if item.kind == "DaemonSet":
        return Effect.RESTART
    if item.kind == "StatefulSet" and replicas and (number(rolling, "partition") or 0) >= replicas:
        return Effect.ON_RESTART
    if replicas == 0:
        return Effect.NONE
    return Effect.OUTAGE if _unavailable(item, rolling, replicas) >= replicas else Effect.RESTART


def _unavailable(item: Object, rolling: Node | None, replicas: int) -> int:
    """How many pods may be away at once (``ResolveFenceposts`` of the deployment controller: at least one of both counts)."""
    if item.kind == "StatefulSet":
        return max(1, math.floor(_amount(rolling, "maxUnavailable", replicas, 1.0)))
    away = math.floor(_amount(rolling, "maxUnavailable", replicas, replicas / 4))
    surge = math.ceil(_amount(rolling, "maxSurge", replicas, replicas / 4))
    return away or (0 if surge else 1)


def _amount(rolling: Node | None, field: str, replicas: int, otherwise: float) -> float:
    """A number of pods, or a share of them."""
    count, share = number(rolling, field), text(rolling, field)
    if count is not None:
        return count
    return int(share[:-1]) * replicas / 100 if share.endswith("%") and share[:-1].isdecimal() else otherwise


class Kind(NamedTuple):
    """What it does that an object of a kind is added, in words, too; and that one is removed."""

    added: Effect
    words: str
    removed: Effect


_RULE = Kind(Effect.IN_PLACE, "takes effect in place", Effect.IN_PLACE)
_READ = Kind(Effect.NEW, "can be read", Effect.NONE)
_WAY = Kind(Effect.NEW, "opens a way in", Effect.CUT_OFF)
_KEPT = Kind(Effect.NEW, "asks for storage", Effect.DATA_LOSS)
_STARTS = Kind(Effect.NEW, "starts", Effect.DOWNTIME)
_KINDS = {
    **dict.fromkeys(("ConfigMap", "Secret", "ServiceAccount"), _READ),
    "Service": Kind(Effect.NEW, "can be reached under its name", Effect.CUT_OFF),
    **dict.fromkeys(("Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"), _WAY),
    **dict.fromkeys(("PersistentVolumeClaim", "PersistentVolume"), _KEPT),
    "Namespace": Kind(Effect.NEW, "can be filled", Effect.DATA_LOSS),
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"), _STARTS),
    "ReplicationController": _STARTS,
}


def kind_of(kind: str) -> Kind:
    """What objects of ``kind`` do by coming and going; of other kinds it is a rule for others (policies, quotas, scalers)."""
    return _KINDS.get(kind, _RULE)
