"""REL027."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "REL027",
    "rollout-stops-everything",
    Severity.WARNING,
    fix="set maxUnavailable to 25% or 0, and maxSurge above 0",
    kinds=("Deployment", "DaemonSet"),
)
def rollout_stops_everything(item: Object, system: System) -> Iterator[Flag]:
    """A rolling update may take all pods away at once: `maxUnavailable` is 100%, or not below the number of replicas."""
    field = "strategy" if item.kind == "Deployment" else "updateStrategy"
    path = ("spec", field, "rollingUpdate", "maxUnavailable")
    most = item.text(*path)
    if most == "100%" or (item.kind == "Deployment" and most.isdecimal() and 1 < system.copies(item).least <= int(most)):
        yield flag(item, f"a rollout may take {most} away at once", *path)
