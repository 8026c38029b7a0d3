"""REL004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


@rule(
    "REL004",
    "missing-requests",
    Severity.WARNING,
    fix="set resources.requests.cpu and resources.requests.memory to what the program needs in normal operation",
)
def missing_requests(container: Container, system: System) -> Iterator[Flag]:
    """A container without requests is scheduled as if it needed nothing, and is the first to be evicted.

    A limit stands in for the request of the same resource, and the namespace's LimitRange for both. Where nobody states one, a
    conversion writes a small request: that is an assumption, and the budget that adds it up is one, too.
    """
    if container.starts_first:
        return
    missing = [
        resource
        for resource in ("cpu", "memory")
        if not (_has(container, resource) or system.given(container, "requests", resource))
    ]
    if missing:
        yield container.flag(f"container {container.name} requests no {' and no '.join(missing)}", "resources", "requests")
    assumed = {resource: container.at("resources", "requests", resource) for resource in ("cpu", "memory")}
    shown = [
        f"{text(node)} of {resource}"
        for resource, node in assumed.items()
        if (*container.path, "resources", "requests", resource) in system.inferred.get(container.object.id, ())
    ]
    if shown:
        message = f"nobody states what container {container.name} needs: {' and '.join(shown)} are assumed"
        yield container.flag(message, "resources", "requests")


def _has(container: Container, resource: str) -> bool:
    places = [("resources", side, resource) for side in ("requests", "limits")]
    return any(container.at(*place) or container.pod.at(*place) for place in places)
