"""COR026."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "COR026",
    "duplicate-mount-path",
    Severity.ERROR,
    fix="mount each volume at a path of its own",
)
def duplicate_mount_path(container: Container) -> Iterator[Flag]:
    """Two volumes are mounted at one path of a container: the API server refuses it."""
    seen: set[str] = set()
    for mount in container.mounts:
        target = mount.target.rstrip("/")
        if target in seen:
            yield Flag(f"something is mounted at {mount.target} already", container.object, (*mount.path, "mountPath"))
        seen.add(target)
