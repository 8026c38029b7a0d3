"""Who uses which Service: what stops working when it is away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System

_WORD = re.compile(r"[a-z0-9][a-z0-9.-]*")


def calls(system: System) -> Iterator[tuple[str, str]]:
    """``Kind/name`` of workloads and of the Services that a variable of theirs names, or that they wait for."""
    for container in system.containers:
        named = [spoken.mention.host for spoken in system.spoken(container)]
        named += _WORD.findall(" ".join(container.argv)) if container.starts_first else []
        for name in dict.fromkeys(named):
            service = system.service_of(name, container.object)
            if service is not None:
                yield container.object.id, service.id
