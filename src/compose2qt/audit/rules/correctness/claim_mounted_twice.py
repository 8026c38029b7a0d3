"""COR027."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod


@rule(
    "COR027",
    "claim-mounted-twice",
    Severity.INFO,
    fix="declare the volume once and mount it at both paths",
)
def claim_mounted_twice(pod: Pod) -> Iterator[Flag]:
    """A pod lists one claim as two volumes. It works, but hides that both paths show the same files."""
    seen: dict[str, str] = {}
    for volume in pod.volumes.values():
        if volume.claim in seen:
            yield Flag(f"the claim {volume.claim} is the volume {seen[volume.claim]} already", pod.object, volume.path)
        elif volume.claim:
            seen[volume.claim] = volume.name
