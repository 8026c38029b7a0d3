"""COR003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


@rule(
    "COR003",
    "dangling-claim",
    Severity.ERROR,
    fix="add the PersistentVolumeClaim to the tree, or correct the name",
)
def dangling_claim(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod mounts a PersistentVolumeClaim that the tree does not hold: it stays Pending until somebody creates it.

    The claims of a StatefulSet's templates are made by its controller.
    """
    for volume in pod.volumes.values():
        made = volume.claim.rpartition("-")[0] in system.claims_of_sets
        if volume.claim and not made and not system.get("PersistentVolumeClaim", volume.claim, pod.object):
            path = (*volume.path, "persistentVolumeClaim", "claimName")
            yield Flag(f"no PersistentVolumeClaim {volume.claim} is in the tree", pod.object, path)
