"""ResourceQuotas of the tree held against what their namespaces ask for.

Source: Kubernetes, Resource Quotas: what each key of ``spec.hard`` counts. A quota with scopes is passed over: which pods it
counts depends on more than the tree says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.budget.claims import MEASURES, STATES, total_of, written
from compose2qt.budget.counting import plural
from compose2qt.budget.model import Budget, QuotaCheck
from compose2qt.budget.pod import quantity
from compose2qt.kube.reading import items as items_of
from compose2qt.source import Mapping
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node

_KEYS = {"cpu": "requests.cpu", "memory": "requests.memory", "requests.storage": "storage", "count/pods": "pods"}
"""Keys of a quota that have another name here."""
_COUNTED = ("configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services")
_CLASS = ".storageclass.storage.k8s.io/"
_MADE = {"replicasets.apps": "Deployment", "jobs.batch": "CronJob"}
"""Objects that another of the tree makes, at least one each."""
_ROOT_CERTIFICATES = 1
"""Every namespace holds the ConfigMap ``kube-root-ca.crt``, which a quota counts."""


def quotas(budget: Budget, applied: Iterable[Object]) -> tuple[QuotaCheck, ...]:
    """Every amount that a quota of the tree bounds and that can be computed."""
    items = tuple(applied)
    return tuple(check for item in items if item.kind == "ResourceQuota" for check in _checked(budget, item, items))


def _checked(budget: Budget, quota: Object, items: tuple[Object, ...]) -> Iterator[QuotaCheck]:
    hard = quota.at("spec", "hard")
    if not isinstance(hard, Mapping) or quota.at("spec", "scopes") or quota.at("spec", "scopeSelector"):
        return
    own = budget.within(quota.namespace)
    for key, node in hard.entries.items():
        most, used = quantity(node), _used(own, key, quota, items)
        if most is None or used is None:
            continue
        amount, arithmetic, write = used
        refused = _refused(own, _KEYS.get(key, key))
        ok = amount <= most and not refused
        told = "; ".join(part for part in (arithmetic, refused) if part)
        yield QuotaCheck(quota.id, key, write(most), write(amount), ok, told, node.span, quota.namespace)


def _used(
    own: Budget, key: str, quota: Object, items: tuple[Object, ...]
) -> tuple[Quantity, str, Callable[[Quantity], str]] | None:
    """The amount, its arithmetic, and how it is written; None for a key that cannot be computed from a tree."""
    if (name := _KEYS.get(key, key)) in MEASURES:
        measure = MEASURES[name]
        terms = measure.terms(own, STATES["steady"])
        return total_of(terms), written(measure, terms), measure.write
    if _CLASS in key:
        name, _, resource = key.partition(_CLASS)
        volumes = [volume for volume in own.volumes if volume.storage_class == name]
        if resource == "requests.storage":
            return sum((volume.storage for volume in volumes), ZERO), "", lambda amount: amount.within("Gi")
        return Quantity.parse(sum(volume.count for volume in volumes)), "", _number
    if key in ("services.loadbalancers", "services.nodeports"):
        types = ("LoadBalancer",) if key.endswith("balancers") else ("LoadBalancer", "NodePort")
        services = [one for one in items if one.kind == "Service" and _same(one.namespace, quota.namespace)]
        fitting = [one for one in services if one.text("spec", "type") in types]
        number = len(fitting) if key.endswith("balancers") else sum(_ports(one.at("spec", "ports")) for one in fitting)
        return Quantity.parse(number), "", _number
    named = key.removeprefix("count/")
    resource, _, group = named.partition(".")
    if not key.startswith("count/") and key not in _COUNTED:
        return None
    number = sum(one.number for one in own.counts if plural(one.kind) == resource and one.group == group)
    made = sum(one.number for one in own.counts if one.kind == _MADE.get(named) and one.group == group)
    told = f"each {_MADE[named]} makes one" if made else ""
    return Quantity.parse(number + made + (_ROOT_CERTIFICATES if resource == "configmaps" else 0)), told, _number


def _refused(own: Budget, name: str) -> str:
    """The containers that say nothing of an amount which a quota bounds: the API server refuses their pods."""
    found = list(dict.fromkeys(gap.object for gap in own.gaps if gap.resource == name and name.partition(".")[2] != "storage"))
    shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return f"pods are refused that do not set it: {shown}" if found else ""


def _same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _number(amount: Quantity) -> str:
    return str(int(amount.amount))


def _ports(node: Node | None) -> int:
    return len(items_of(node))
