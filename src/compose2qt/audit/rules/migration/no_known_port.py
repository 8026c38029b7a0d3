"""MIG019."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


@rule(
    "MIG019",
    "no-known-port",
    Severity.INFO,
    fix='if others connect to it (its name may stand in their images), write its port in the Compose file: expose: ["8080"]',
)
def no_known_port(pod: Pod, system: System) -> Iterator[Flag]:
    """A service gets no name in the cluster: nothing tells a port of it, and nothing in the project names it.

    Docker resolves every service's name, whether or not anybody says which port answers. A program that only connects to
    others, such as a worker, needs no name.
    """
    if pod.object.kind in ("Deployment", "StatefulSet") and system.ledger and not system.services(pod):
        yield Flag("no Service leads to it: no port of it is known", pod.object, ("metadata", "name"))
