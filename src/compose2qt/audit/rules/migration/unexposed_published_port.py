"""MIG002."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.audit.system import System
    from compose2qt.workload import EmittedField, Loss

_OPENED = re.compile(r"(\d*)(?:-\d+)? -> (\d+)\)")
_PORT = re.compile(r"/spec/ports/(\d+)")
_OF_A_PORT = ("host_ip", "mode")
"""Leaves of a port in the long syntax that are told with its published port."""
_UNPRIVILEGED = 1024
"""From here on every person may open a port of the own machine."""


@rule(
    "MIG002",
    "unexposed-published-port",
    Severity.INFO,
    fix="reach it with `kubectl port-forward`, or declare a route in the mapping",
)
def unexposed_published_port(loss: Loss, system: System) -> Iterator[Flag]:
    """Docker published this port on the host; the tree exposes nothing outside the cluster for it.

    Exposing a service is a decision that a converter must not take: `kubectl port-forward` gives the same to one person, a
    route in the mapping gives it to everybody.
    """
    step, became = system.published.get(loss.span, ("", ()))
    if loss.code == "ports.host-port" and step not in _OF_A_PORT:
        opened = _OPENED.search(loss.reason)
        way = _way(became, system, opened[1], opened[2]) if opened else ""
        yield Flag(f"{loss.service}: {loss.reason}{way}", span=loss.span)


def _way(became: Iterable[EmittedField], system: System, host_port: str, target: str) -> str:
    """How one person reaches it: the command, if the port has a Service."""
    for field in became:
        service, found = system.tree.index.get(field.object), _PORT.match(field.field)
        port = service.at("spec", "ports", int(found[1])) if service is not None and found is not None else None
        if (
            service is None
            or port is None
            or target not in (text(port, "targetPort") or text(port, "port"), text(port, "port"))
        ):
            continue
        if text(port, "protocol") == "UDP":
            return "; `kubectl port-forward` carries no UDP"
        local = int(host_port or target)
        local = local if local >= _UNPRIVILEGED else local + 8000
        space = f" -n {service.namespace}" if service.namespace else ""
        return f": kubectl port-forward{space} service/{service.name} {local}:{text(port, 'port')}"
    return ""
