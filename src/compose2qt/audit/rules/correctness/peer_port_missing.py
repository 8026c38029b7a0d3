"""COR034."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.mention import says_address
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.audit.system import is_headless, service_ports
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


@rule(
    "COR034",
    "peer-port-missing",
    Severity.ERROR,
    fix="use a port of the Service (the container's port, not the one that Compose published), or add the port to it",
)
def peer_port_missing(container: Container, system: System) -> Iterator[Flag]:
    """A variable leads to a Service of the tree on a port that it does not have: the connection times out.

    In Compose, peers dial container ports and undeclared ports answer too. A headless Service, whose name leads straight to
    the pods, is not flagged. `IMAGE: mongo:7` is an image, no address. A port that is only the usual one of a scheme may be
    set elsewhere: that is a warning.
    """
    for mention, variable in system.spoken(container):
        is_address = mention.scheme or says_address(variable.name)
        service = system.service_of(mention.host, container.object) if mention.port and is_address else None
        if service is None or is_headless(service) or service.text("spec", "type") == "ExternalName":
            continue
        if str(mention.port) not in service_ports(service):
            how = f" (the port of {mention.scheme})" if mention.is_guess else ""
            lacks = f"which Service {service.name} does not offer"
            message = f"{variable.name} leads to {mention.host}:{mention.port}{how}, {lacks}"
            severity = Severity.WARNING if mention.is_guess else None
            yield Flag(message, variable.object, variable.path, severity=severity)
