"""MIG007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.workload import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System


@rule(
    "MIG007",
    "image-to-build",
    Severity.WARNING,
    fix="docker build it, push it, and name the registry in the kustomization's images or in the mapping",
)
def image_to_build(system: System) -> Iterator[Flag]:
    """Compose builds this image on the machine; a cluster only pulls images.

    Told for each service that runs what it builds, at its place in the Compose file: not where the mapping names an image.
    """
    seen: set[str | int] = set()
    for entry in system.ledger.entries if system.ledger else ():
        path = entry.leaf.path
        is_build = len(path) > 2 and path[0] == "services" and path[2] == "build"
        if is_build and entry.outcome is Outcome.EMITTED and path[1] not in seen:
            seen.add(path[1])
            yield Flag(f"{path[1]} is built from source: no registry has its image yet", span=entry.leaf.span)
