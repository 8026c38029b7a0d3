"""COR030."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "COR030",
    "data-folder-moved",
    Severity.ERROR,
    fix="mount the volume where this version of the image keeps its data",
)
def data_folder_moved(container: Container) -> Iterator[Flag]:
    """A Postgres image keeps its data elsewhere than where the volume is mounted: data is lost with the pod.

    From version 18 on the official image keeps it in a folder of its version below `/var/lib/postgresql`, which is to be
    mounted; before, in `/var/lib/postgresql/data`. A `PGDATA` that leads into the mount is right in every version.
    """
    if container.image.name != "postgres" or container.image.major is None:
        return
    data = next((entry.value for entry in container.env if entry.name == "PGDATA"), None)
    wrong = "/var/lib/postgresql/data" if container.image.major >= 18 else "/var/lib/postgresql"
    for mount in container.mounts:
        if mount.target.rstrip("/") == wrong and not (data or "").startswith(wrong + "/"):
            message = f"postgres {container.image.major} does not keep its data in {wrong}"
            yield Flag(message, container.object, (*mount.path, "mountPath"))
