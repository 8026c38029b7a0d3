"""COR017."""

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
    from compose2qt.manifests.model import Object


@rule(
    "COR017",
    "monitor-selects-nothing",
    Severity.WARNING,
    fix="make the selector equal to the labels of the Service or pods, and name one of their ports",
    kinds=("ServiceMonitor", "PodMonitor"),
)
def monitor_selects_nothing(item: Object, system: System) -> Iterator[Flag]:
    """A ServiceMonitor or PodMonitor whose selector matches nothing in the tree: Prometheus scrapes nothing."""
    if at(item.root, ("spec", "namespaceSelector")) is not None:
        return
    selector = item.at("spec", "selector")
    wanted = labels(at(selector, ("matchLabels",)))
    if item.kind == "PodMonitor":
        found = bool(system.matched(selector, item))
    else:
        services = (labels(service.at("metadata", "labels")) for service in system.of("Service"))
        found = any(wanted.items() <= own.items() for own in services)
    if wanted and not found:
        yield flag(item, "its selector matches nothing in the tree", "spec", "selector")
