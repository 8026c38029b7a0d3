"""SEC022."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod


_RESTRICTED = frozenset("configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split())


@rule(
    "SEC022",
    "volume-kind",
    Severity.WARNING,
    fix="mount the storage through a claim",
)
def volume_kind(pod: Pod) -> Iterator[Flag]:
    """A pod mounts storage directly (NFS, iSCSI, a cloud's disk) and not through a claim. Pod Security: restricted."""
    for volume in pod.volumes.values():
        if volume.kind and volume.kind not in _RESTRICTED and volume.kind != "hostPath":
            yield Flag(f"the volume {volume.name} is {volume.kind}", pod.object, volume.path)
