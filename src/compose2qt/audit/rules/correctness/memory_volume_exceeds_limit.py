"""COR044."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, amount, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "COR044",
    "memory-volume-exceeds-limit",
    Severity.WARNING,
    fix="raise the memory limit by the volume's size, or make the volume smaller",
)
def memory_volume_exceeds_limit(container: Container) -> Iterator[Flag]:
    """A volume in memory may grow to the container's memory limit or beyond: what is written there counts against it.

    A full volume then ends the container (out of memory) instead of a failed write.
    """
    limit = amount(container.at("resources", "limits", "memory"))
    for mount in container.mounts:
        volume = container.pod.volumes.get(mount.volume)
        size = amount(at(volume.node, ("emptyDir", "sizeLimit"))) if volume else None
        is_memory = volume is not None and text(volume.node, "emptyDir", "medium") == "Memory"
        if limit is not None and size is not None and is_memory and not size < limit:
            yield Flag(f"the volume {mount.volume} may take the whole memory limit", container.object, mount.path)
