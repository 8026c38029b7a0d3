"""REL006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "REL006",
    "missing-liveness-probe",
    Severity.INFO,
    fix="add a livenessProbe that is more patient than the readiness probe, if the program can hang",
)
def missing_liveness_probe(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod that hangs without ending is never restarted.

    Docker does not restart an unhealthy container either, so a conversion leaves it out unless the mapping asks for it.
    """
    is_endless = pod.object.kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    for container in (pod.serving(system.services(pod)) or pod.main) if is_endless else ():
        if not container.at("livenessProbe"):
            yield container.flag("a program that hangs is not restarted", "livenessProbe")
