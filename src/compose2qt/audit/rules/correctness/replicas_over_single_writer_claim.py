"""COR012."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, texts
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


@rule(
    "COR012",
    "replicas-over-single-writer-claim",
    Severity.ERROR,
    fix="run one replica, give each its own claim with a StatefulSet, or use a class that offers ReadWriteMany",
    patch=(
        Put(("targets", "{object}", "replicas"), 1),
        Put(("targets", "{object}", "reasons", "replicas"), "One node at a time may mount its claim {claim}."),
    ),
)
def replicas_over_single_writer_claim(pod: Pod, system: System) -> Iterator[Flag]:
    """Several replicas share one claim that a single node may mount.

    With ReadWriteOnce, replicas on another node wait for ever (Multi-Attach error); replicas on the same node write into
    each other's files. What an autoscaler may come to counts, and the parallel pods of a Job.
    """
    copies = system.copies(pod.object)
    if pod.object.kind == "DaemonSet" or copies.most < 2:
        return
    what = "pods" if pod.object.kind in ("Job", "CronJob") else "replicas"
    is_stated = what == "replicas" and system.scaler(pod.object) is None
    for volume in pod.volumes.values():
        claim = system.get("PersistentVolumeClaim", volume.claim, pod.object) if volume.claim else None
        modes = texts(claim.at("spec", "accessModes")) if claim else ()
        if modes and set(modes) <= {"ReadWriteOnce", "ReadWriteOncePod"}:
            message = f"{copies} {what} share the claim {volume.claim}, which is {modes[0]}"
            yield Flag(message, pod.object, volume.path, facts={"claim": volume.claim} if is_stated else None)
