"""COR023."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "COR023",
    "rolling-update-of-single-writer",
    Severity.WARNING,
    fix="set strategy.type to Recreate, or make it a StatefulSet",
)
def rolling_update_of_single_writer(pod: Pod, system: System) -> Iterator[Flag]:
    """A Deployment with a ReadWriteOnce claim starts its new pod before the old one ends.

    On another node the new pod cannot mount the claim while the old one holds it, and the old one is only stopped when the new
    one is ready: the rollout hangs. On the same node, two programs write into the same files for a while.
    """
    item = pod.object
    if item.kind != "Deployment" or item.text("spec", "strategy", "type") == "Recreate":
        return
    if item.text("spec", "strategy", "rollingUpdate", "maxSurge") in ("0", "0%"):
        return
    for volume in pod.volumes.values():
        claim = system.get("PersistentVolumeClaim", volume.claim, item) if volume.claim else None
        modes = texts(claim.at("spec", "accessModes")) if claim else ()
        if modes and set(modes) <= {"ReadWriteOnce", "ReadWriteOncePod"}:
            yield flag(item, f"a rollout waits for the claim {volume.claim}, which the old pod holds", "spec", "strategy")
