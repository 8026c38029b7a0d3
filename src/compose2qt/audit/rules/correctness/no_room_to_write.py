"""COR033."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_WRITERS = {
    "nginx": ("/var/cache/nginx", "/var/run", "/run"),
    "redis": ("/data",),
    "httpd": ("/usr/local/apache2/logs",),
    "postgres": ("/var/run/postgresql",),
    "mysql": ("/var/run/mysqld",),
    "mariadb": ("/run/mysqld",),
}
"""Folders that known images write to, by the image's name."""


@rule(
    "COR033",
    "no-room-to-write",
    Severity.WARNING,
    fix="mount an emptyDir at the folders that the program writes to (/tmp, its cache and its run folder)",
)
def no_room_to_write(container: Container) -> Iterator[Flag]:
    """The root filesystem is read-only, and a known image has none of the folders mounted that it writes to."""
    folders = _WRITERS.get(container.image.name, ())
    if folders and is_true(container.at("securityContext", "readOnlyRootFilesystem")):
        mounted = {_real(mount.target.rstrip("/")) for mount in container.mounts}
        if not any(_real(folder) == one or _real(folder).startswith(one + "/") for folder in folders for one in mounted):
            message = f"{container.image.name} writes to {folders[0]}, which is read-only"
            yield container.flag(message, "securityContext", "readOnlyRootFilesystem")


def _real(folder: str) -> str:
    """Images have ``/var/run`` as a link to ``/run``."""
    return folder.removeprefix("/var") if folder == "/var/run" or folder.startswith("/var/run/") else folder
