"""MIG003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.workload import Loss


@rule(
    "MIG003",
    "runtime-socket-dropped",
    Severity.ERROR,
    fix="replace the program by what Kubernetes offers for its task, or give it a service account and the Kubernetes API",
)
def runtime_socket_dropped(loss: Loss) -> Iterator[Flag]:
    """The Compose service drives Docker through its socket. Kubernetes has no Docker to drive, so it cannot do its work."""
    if loss.code == "volumes.socket":
        yield Flag(f"{loss.service} loses the socket of the container runtime: {loss.reason}", span=loss.span)
