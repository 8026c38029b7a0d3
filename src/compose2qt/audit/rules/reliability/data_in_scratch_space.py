"""REL019."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag, Mount


@rule(
    "REL019",
    "data-in-scratch-space",
    Severity.WARNING,
    fix="mount a claim at its data folder",
)
def data_in_scratch_space(container: Container) -> Iterator[Flag]:
    """A datastore keeps its data in an emptyDir, or in the container itself: it is gone with the pod.

    Caches such as Memcached, which keep nothing, are not flagged.
    """
    folders = container.image.folders
    if not folders or container.starts_first:
        return
    templates = {text(item, "metadata", "name") for item in items(container.object.at("spec", "volumeClaimTemplates"))}
    kept = [mount for mount in container.mounts if _keeps(mount, container) or mount.volume in templates]
    if not any(_covers(mount.target, folder) for mount in kept for folder in folders):
        yield container.flag(f"the data of {container.image.name} is gone with the pod", "volumeMounts")


def _keeps(mount: Mount, container: Container) -> bool:
    volume = container.pod.volumes.get(mount.volume)
    return volume is not None and volume.kind not in ("emptyDir", "configMap", "secret", "projected", "downwardAPI")


def _covers(target: str, folder: str) -> bool:
    target = target.rstrip("/")
    return folder == target or folder.startswith(target + "/") or target.startswith(folder + "/")
