"""POR012."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


_GONE = {
    "gitRepo": 36, "glusterfs": 26, "flocker": 25, "quobyte": 25, "storageos": 25, "scaleIO": 22, "rbd": 31, "cephfs": 31,
    "awsElasticBlockStore": 27, "gcePersistentDisk": 28, "azureDisk": 27, "cinder": 26, "flexVolume": 1000,
}  # fmt: skip
"""The minor version from which on a volume plugin in the tree is gone or switched off."""


@rule(
    "POR012",
    "removed-volume-plugin",
    Severity.ERROR,
    fix="use a claim of a CSI driver; for a git repository, an init container that clones it",
)
def removed_volume_plugin(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod mounts a volume by a plugin that the target version does not have any more."""
    for volume in pod.volumes.values():
        since = _GONE.get(volume.kind, 1000)
        if system.version >= (1, since):
            yield Flag(f"the volume kind {volume.kind} is gone since 1.{since}", pod.object, volume.path)
