"""COR031."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, is_true, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at
from compose2qt.mapping.datastores import has_moved, is_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


@rule(
    "COR031",
    "data-at-root-of-volume",
    Severity.WARNING,
    fix="set PGDATA to a folder below the mount, such as /var/lib/postgresql/data/pgdata, or mount with a subPath",
)
def data_at_root_of_volume(container: Container, system: System) -> Iterator[Flag]:
    """Postgres, or what mounts a claim where it keeps its data, finds the root of the claim there.

    A block volume has a `lost+found` folder there, and initdb refuses a folder that is not empty. From version 18 on the
    data lie in a folder of their own.
    """
    image = container.image.reference
    if has_moved(image):
        return
    if any(entry.name == "PGDATA" for entry in system.variables(container)):
        return
    for mount in container.mounts:
        volume = container.pod.volumes.get(mount.volume)
        is_claim = volume is None or volume.claim != ""
        is_written = is_postgres(image) or not is_true(at(mount.node, ("readOnly",)))
        if (
            is_claim
            and is_written
            and mount.target.rstrip("/") == "/var/lib/postgresql/data"
            and not text(mount.node, "subPath")
        ):
            yield Flag("its data folder is the root of the volume", container.object, mount.path)
