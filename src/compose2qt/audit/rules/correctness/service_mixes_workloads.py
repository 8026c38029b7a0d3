"""COR029."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, labels
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR029",
    "service-mixes-workloads",
    Severity.WARNING,
    fix="narrow the selector to one workload; several are right only if they do the same work",
    kinds=("Service",),
)
def service_mixes_workloads(item: Object, system: System) -> Iterator[Flag]:
    """A Service leads to pods of different images: requests reach now one program, now another.

    Two versions of one image (a canary) are not flagged, nor a Service that selects by an alias label: there it is meant.
    """
    if any("alias" in key for key in labels(item.at("spec", "selector"))):
        return
    pods = [pod for pod in system.behind(item) if pod.object.kind not in ("Job", "CronJob")]
    images = {tuple(container.image.repository for container in pod.running) for pod in pods}
    if len(images) > 1:
        yield flag(item, f"it leads to {', '.join(sorted({pod.object.id for pod in pods}))}", "spec", "selector")
