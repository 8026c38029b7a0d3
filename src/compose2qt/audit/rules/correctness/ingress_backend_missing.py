"""COR007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.audit.system import service_ports
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object
    from compose2qt.source import Path


@rule(
    "COR007",
    "ingress-backend-missing",
    Severity.ERROR,
    fix="name a Service of the same namespace and one of its ports",
    kinds=("Ingress",),
)
def ingress_backend_missing(item: Object, system: System) -> Iterator[Flag]:
    """An Ingress sends requests to a Service, or to a port of it, that the tree does not hold: the controller answers 503."""
    for path in _backends(item):
        name = item.text(*path, "service", "name")
        service = system.get("Service", name, item) if name else None
        port = item.text(*path, "service", "port", "number") or item.text(*path, "service", "port", "name")
        if name and service is None:
            yield flag(item, f"no Service {name} is in the tree", *path, "service", "name")
        elif service is not None and port and port not in service_ports(service):
            yield flag(item, f"Service {name} has no port {port}", *path, "service", "port")


def _backends(item: Object) -> Iterator[Path]:
    yield ("spec", "defaultBackend")
    for number, entry in enumerate(items(item.at("spec", "rules"))):
        for index, _ in enumerate(items(at(entry, ("http", "paths")))):
            yield ("spec", "rules", number, "http", "paths", index, "backend")
