"""COR017."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, labels, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node


@rule(
    "COR017",
    "monitor-selects-nothing",
    Severity.WARNING,
    fix="make the selector equal to the labels of the Service or pods, and name one of their ports",
    kinds=("ServiceMonitor", "PodMonitor"),
)
def monitor_selects_nothing(item: Object, system: System) -> Iterator[Flag]:
    """A ServiceMonitor or PodMonitor selects nothing in the tree or names a port that nothing there has: nothing is scraped."""
    if at(item.root, ("spec", "namespaceSelector")) is not None:
        return
    selector = item.at("spec", "selector")
    wanted = labels(at(selector, ("matchLabels",)))
    found: list[frozenset[str]] = []
    if item.kind == "PodMonitor":
        found = [
            _names(node for one in pod.containers for node in items(one.at("ports"))) for pod in system.matched(selector, item)
        ]
    else:
        services = (one for one in system.of("Service") if wanted.items() <= labels(one.at("metadata", "labels")).items())
        found = [_names(items(service.at("spec", "ports"))) for service in services]
    if wanted and not found:
        yield flag(item, "its selector matches nothing in the tree", "spec", "selector")
    field = "podMetricsEndpoints" if item.kind == "PodMonitor" else "endpoints"
    for index, endpoint in enumerate(items(item.at("spec", field)) if found else ()):
        port = text(endpoint, "port")
        if port and not any(port in names for names in found):
            yield flag(item, f"nothing that it selects has a port called {port}", "spec", field, index, "port")


def _names(ports: Iterable[Node]) -> frozenset[str]:
    return frozenset(text(port, "name") for port in ports)
