"""COR030."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.mapping.datastores import has_moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


@rule(
    "COR030",
    "data-folder-moved",
    Severity.ERROR,
    fix="mount the volume where this version of the image keeps its data",
)
def data_folder_moved(container: Container, system: System) -> Iterator[Flag]:
    """A Postgres image keeps its data elsewhere than where the volume is mounted: data is lost with the pod.

    From version 18 on the official image keeps it in a folder of its version below `/var/lib/postgresql`, which is to be
    mounted; before, in `/var/lib/postgresql/data`. An image without a version is the newest. A `PGDATA` that leads into the
    mount is right in every version.
    """
    image = container.image
    moved = has_moved(image.reference)
    if image.name != "postgres" or (image.major is None and not moved):
        return
    data = next((entry.value for entry in system.variables(container) if entry.name == "PGDATA"), None)
    wrong = "/var/lib/postgresql/data" if moved else "/var/lib/postgresql"
    for mount in container.mounts:
        if mount.target.rstrip("/") == wrong and not (data or "").startswith(wrong + "/"):
            message = f"postgres {image.major or '18 or later'} does not keep its data in {wrong}"
            yield Flag(message, container.object, (*mount.path, "mountPath"))
