"""SEC013."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import number, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC013",
    "host-port",
    Severity.WARNING,
    fix="leave hostPort out, and use a Service",
)
def host_port(container: Container) -> Iterator[Flag]:
    """A container takes a port of its node: two such pods cannot share a node, and the port is open on it.

    Pod Security: baseline.
    """
    for index, port in enumerate(items(container.at("ports"))):
        if number(at(port, ("hostPort",))):
            yield container.flag(f"it takes port {text(port, 'hostPort')} of its node", "ports", index, "hostPort")
