"""MIG005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_NAMES = frozenset({"host.docker.internal", "gateway.docker.internal", "docker.for.mac.localhost", "172.17.0.1"})


@rule(
    "MIG005",
    "host-gateway-name",
    Severity.ERROR,
    fix="run what it leads to in the cluster, or name its address; a Service of type ExternalName gives it a stable name",
)
def host_gateway_name(container: Container, system: System) -> Iterator[Flag]:
    """A variable leads to the Docker host by a name that only Docker knows."""
    for mention, variable in system.spoken(container):
        if mention.host in _NAMES:
            yield Flag(
                f"{variable.name} leads to {mention.host}, a name that only Docker knows", variable.object, variable.path
            )
