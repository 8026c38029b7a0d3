"""REL006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "REL006",
    "missing-liveness-probe",
    Severity.INFO,
    fix="add a livenessProbe that is more patient than the readiness probe, if the program can hang",
)
def missing_liveness_probe(pod: Pod) -> Iterator[Flag]:
    """A pod that hangs without ending is never restarted.

    Docker does not restart an unhealthy container either, so a conversion leaves it out unless the mapping asks for it.
    """
    is_endless = pod.object.kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    if is_endless and pod.running and not any(container.at("livenessProbe") for container in pod.running):
        yield pod.running[-1].flag("a program that hangs is not restarted", "livenessProbe")
