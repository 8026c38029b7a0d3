"""REL019."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import replicas, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items
from compose2qt.mapping.datafolders import stated_folders
from compose2qt.mapping.edit import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag, Mount
    from compose2qt.audit.system import System


@rule(
    "REL019",
    "data-in-scratch-space",
    Severity.WARNING,
    fix="mount a claim at its data folder",
    patch=(
        Put(
            ("storage", "{object}-data"),
            {"size": "10Gi", "from": [], "reason": "The data of {image} has to outlive its pod; the size is a guess."},
        ),
        Put(("targets", "{object}", "mounts"), ["{object}-data:{folder}"]),
        Put(("targets", "{object}", "reasons", "mounts"), "Compose keeps the data in the container itself."),
    ),
)
def data_in_scratch_space(container: Container, system: System) -> Iterator[Flag]:
    """A datastore keeps its data in an emptyDir, or in the container itself: it is gone with the pod.

    Caches such as Memcached, which keep nothing, are not flagged.
    """
    variables = {one.name: one.value for one in system.variables(container)}
    folders = stated_folders(container.image.reference, variables, container.argv) or container.image.folders
    if not folders or container.starts_first:
        return
    templates = {text(item, "metadata", "name") for item in items(container.object.at("spec", "volumeClaimTemplates"))}
    kept = [mount for mount in container.mounts if _keeps(mount, container) or mount.volume in templates]
    if not any(_covers(mount.target, folder) for mount in kept for folder in folders):
        image = container.image.name
        # Mounts of the mapping replace all others: there may be none but the scratch space itself.
        others = [mount for mount in container.mounts if mount.target not in folders]
        is_simple = container.is_alone and not others and len(folders) == 1 and replicas(container.object) == 1
        facts: dict[str, str | int] = {"image": image, "folder": folders[0]}
        yield container.flag(f"the data of {image} is gone with the pod", "volumeMounts", facts=facts if is_simple else None)


def _keeps(mount: Mount, container: Container) -> bool:
    volume = container.pod.volumes.get(mount.volume)
    return volume is not None and volume.kind not in ("emptyDir", "configMap", "secret", "projected", "downwardAPI")


def _covers(target: str, folder: str) -> bool:
    target = target.rstrip("/")
    return folder == target or folder.startswith(target + "/") or target.startswith(folder + "/")
