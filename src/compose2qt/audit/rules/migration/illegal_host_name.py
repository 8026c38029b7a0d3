"""MIG013."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


@rule(
    "MIG013",
    "illegal-host-name",
    Severity.WARNING,
    fix="use the name of the Service: letters, digits and hyphens",
)
def illegal_host_name(container: Container, system: System) -> Iterator[Flag]:
    """A variable leads to a host with an underscore, as Compose services may have. No Service can have that name."""
    for mention, variable in system.spoken(container):
        if "_" in mention.host.partition(".")[0] and mention.scheme:
            yield Flag(
                f"{variable.name} leads to {mention.host}, which no Service can be called", variable.object, variable.path
            )
