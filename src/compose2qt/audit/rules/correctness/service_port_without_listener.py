"""COR006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR006",
    "service-port-without-listener",
    Severity.ERROR,
    fix="name a port that a container declares, or declare the port that the program listens on",
    kinds=("Service",),
)
def service_port_without_listener(item: Object, system: System) -> Iterator[Flag]:
    """A Service sends traffic to a named port that none of its pods declares: it leads nowhere."""
    pods = system.behind(item)
    names = {text(port, "name") for pod in pods for one in pod.containers for port in items(one.at("ports"))}
    for index, entry in enumerate(items(item.at("spec", "ports"))):
        target = text(entry, "targetPort") or text(entry, "port")
        if pods and not target.isdecimal() and target not in names:
            yield flag(item, f"no pod behind it has a port named {target}", "spec", "ports", index, "targetPort")
