"""Quotas and limit ranges. Source: ``ValidateResourceQuotaSpec`` and ``ValidateLimitRange``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_qualified_name
from compose2qt.kube.reading import entries, has, items, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.resources import quantity
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_OF_PODS = frozenset("pods cpu memory requests.cpu requests.memory limits.cpu limits.memory".split())
_COUNTED = frozenset(
    "pods services replicationcontrollers resourcequotas secrets configmaps persistentvolumeclaims services.nodeports "
    "services.loadbalancers".split()
)
_STANDARD = _OF_PODS | _COUNTED | {f"{side}ephemeral-storage" for side in ("", "requests.", "limits.")} | {"requests.storage"}
_APART = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_ONE = Quantity.parse("1")
_ORDER = (("min", "defaultRequest"), ("min", "default"), ("min", "max"), ("defaultRequest", "default"), ("default", "max"))
"""Of a limit range: the first is at most the second."""


def _is_standard(name: str) -> bool:
    return name in _STANDARD or name.removeprefix("requests.").startswith("hugepages-")


def _is_counted(name: str) -> bool:
    """Whether a resource comes in whole numbers: objects and devices."""
    is_device = "/" in name and "kubernetes.io/" not in name and not name.startswith("requests.")
    return name in _COUNTED or is_device


@rule("quota-amount", "ResourceQuotaSpec")
def quota_amount(spec: Mapping) -> Iterator[Violation]:
    """A quota limits resources that there are, by 0 or more; objects and devices by whole numbers."""
    for name, node in entries(spec, "hard").items():
        path, amount = ("hard", name), quantity(node)
        if not _is_standard(name) and not ("/" in name and is_qualified_name(name)):
            yield Violation(f"there is no resource {shown(name)}", path, "use requests.cpu, count/jobs.batch and the like")
        elif amount is not None and amount < ZERO:
            yield Violation(f"{shown(name)} is negative", path, "use 0 or more")
        elif amount is not None and _is_counted(name) and amount.amount % 1:
            yield Violation(f"{shown(name)} is no whole number", path, "write a whole number")


@rule("quota-scope", "ResourceQuotaSpec")
def quota_scope(spec: Mapping) -> Iterator[Violation]:
    """Scopes of a quota do not rule each other out, and choose pods: only what pods have is limited beside them."""
    scopes = [text(scope) for scope in items(spec, "scopes")]
    for pair in _APART:
        if set(pair) <= set(scopes):
            yield Violation(f"no pod is both {pair[0]} and {pair[1]}", ("scopes",), "keep one of the two")
    limited = {"pods"} if "BestEffort" in scopes else _OF_PODS
    for name in entries(spec, "hard") if scopes and "VolumeAttributesClass" not in scopes else ():
        if _is_standard(name) and name not in limited:
            yield Violation(f"the scopes choose pods, which {shown(name)} does not count", ("hard", name), "make two quotas")


@rule("limit-order", "LimitRangeItem")
def limit_order(item: Mapping) -> Iterator[Violation]:
    """Of a limit range the least is at most the default request, that at most the default, and that at most the most."""
    for low, high in _ORDER:
        most = entries(item, high)
        for name, node in entries(item, low).items():
            lower, upper = quantity(node), quantity(most.get(name))
            if lower is not None and upper is not None and upper < lower:
                yield Violation(f"{low} of {shown(name)} is above {high}", (low, name), f"lower it, or raise {high}")
    for name, node in entries(item, "maxLimitRequestRatio").items():
        if (ratio := quantity(node)) is not None and ratio < _ONE:
            yield Violation(f"a limit is never below its request: the ratio of {shown(name)}",
                            ("maxLimitRequestRatio", name), "use 1 or more")  # fmt: skip


@rule("limit-type", "LimitRangeSpec")
def limit_type(spec: Mapping) -> Iterator[Violation]:
    """A limit range has one item a type; pods have no defaults, and claims a least or most storage."""
    seen: set[str] = set()
    for index, item in enumerate(items(spec, "limits")):
        kind, path = text(item, "type"), ("limits", index)
        if kind in seen:
            yield Violation(f"another item is about {shown(kind)}", (*path, "type"), "put the two into one")
        seen.add(kind)
        for field in ("default", "defaultRequest") if kind == "Pod" else ():
            if has(item, field):
                yield Violation(f"there is no {field} for pods", (*path, field), "give it to containers")
        if kind == "PersistentVolumeClaim" and not any("storage" in entries(item, field) for field in ("min", "max")):
            yield Violation("the claims have no bound", path, "write min.storage or max.storage")
