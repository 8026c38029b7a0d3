"""COR008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.audit.system import service_ports
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR008",
    "route-backend-missing",
    Severity.ERROR,
    fix="name a Service of the tree and one of its ports",
    kinds=("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"),
)
def route_backend_missing(item: Object, system: System) -> Iterator[Flag]:
    """A route of the Gateway API sends requests to a Service, or to a port of it, that the tree does not hold."""
    for number, entry in enumerate(items(item.at("spec", "rules"))):
        for index, backend in enumerate(items(at(entry, ("backendRefs",)))):
            name, port = text(backend, "name"), text(backend, "port")
            service = system.get("Service", name, item, text(backend, "namespace"))
            path = ("spec", "rules", number, "backendRefs", index)
            if text(backend, "kind") not in ("", "Service"):
                continue
            if service is None:
                yield flag(item, f"no Service {name} is in the tree", *path, "name")
            elif port and port not in service_ports(service):
                yield flag(item, f"Service {name} has no port {port}", *path, "port")
