"""COR032."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, is_true, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "COR032",
    "read-only-data-folder",
    Severity.ERROR,
    fix="mount a claim or an emptyDir where the program writes; mount single files of configuration with subPath",
)
def read_only_data_folder(container: Container) -> Iterator[Flag]:
    """A datastore's data folder is read-only: a ConfigMap, a Secret, or a mount with `readOnly`. It does not start."""
    folders = container.image.folders
    for mount in container.mounts if folders else ():
        volume = container.pod.volumes.get(mount.volume)
        fixed = is_true(at(mount.node, ("readOnly",))) or (volume is not None and volume.kind in ("configMap", "secret"))
        is_file = bool(text(mount.node, "subPath"))
        if mount.target.rstrip("/") in folders and fixed and not is_file:
            yield Flag(f"{container.image.name} writes to {mount.target}", container.object, mount.path)
