"""COR042."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "COR042",
    "probe-port-undeclared",
    Severity.ERROR,
    fix="name a port that the container declares, or write its number",
)
def probe_port_undeclared(container: Container) -> Iterator[Flag]:
    """A probe asks a named port that its container does not declare: it fails, and the pod never becomes ready."""
    names = {text(port, "name") for port in items(container.at("ports"))}
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        for handler in ("httpGet", "tcpSocket"):
            port = container.text(probe, handler, "port")
            if port and not port.isdecimal() and port not in names:
                yield container.flag(f"the container has no port named {port}", probe, handler, "port")
