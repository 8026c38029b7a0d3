"""REL010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, replicas
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "REL010",
    "single-replica",
    Severity.INFO,
    fix="run two or more, if the program keeps no state of its own",
)
def single_replica(pod: Pod, system: System) -> Iterator[Flag]:
    """A service that others call runs once: it is away while its node drains or its pod restarts.

    Deployments without a claim are flagged, since they could run twice; those of an autoscaler are not, nor those on whose
    ports nobody can call.
    """
    item = pod.object
    has_claim = any(volume.claim for volume in pod.volumes.values())
    called = any(items(service.at("spec", "ports")) for service in system.services(pod))
    if item.kind == "Deployment" and replicas(item) == 1 and not has_claim and called:
        known = any(container.image.is_datastore for container in pod.running)
        if not known and system.scaler(item) is None:
            yield flag(item, "its only pod is away during a drain", "spec", "replicas")
