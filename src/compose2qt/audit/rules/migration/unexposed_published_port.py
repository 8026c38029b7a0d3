"""MIG002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.workload import Loss


@rule(
    "MIG002",
    "unexposed-published-port",
    Severity.INFO,
    fix="reach it with `kubectl port-forward`, or declare a route in the mapping",
)
def unexposed_published_port(loss: Loss) -> Iterator[Flag]:
    """Docker published this port on the host; the tree exposes nothing outside the cluster for it.

    Exposing a service is a decision that a converter must not take: `kubectl port-forward` gives the same to one person, a
    route in the mapping gives it to everybody.
    """
    if loss.code == "ports.host-port":
        yield Flag(f"{loss.service}: {loss.reason}", span=loss.span)
