"""COR051."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.audit.system import is_headless
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR051",
    "undeclared-target-port",
    Severity.WARNING,
    fix="use the port that the program listens on, and declare it in the container",
    kinds=("Service",),
)
def undeclared_target_port(item: Object, system: System) -> Iterator[Flag]:
    """A Service sends traffic to a port that none of its pods declares, though they declare others.

    It works if the program listens there all the same: declaring a port opens nothing. Mostly it is the published port of the
    Compose file, or a port that has moved. A headless Service sends nothing to its ports.
    """
    if is_headless(item):
        return
    pods = system.behind(item)
    declared = {port for pod in pods for port in pod.ports}
    for index, entry in enumerate(items(item.at("spec", "ports"))):
        target = text(entry, "targetPort") or text(entry, "port")
        if declared and target.isdecimal() and int(target) not in declared:
            yield flag(item, f"no pod behind it declares port {target}", "spec", "ports", index, "targetPort")
