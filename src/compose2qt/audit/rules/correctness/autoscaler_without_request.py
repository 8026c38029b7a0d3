"""COR014."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object
    from compose2qt.source import Path


@rule(
    "COR014",
    "autoscaler-without-request",
    Severity.ERROR,
    fix="give every container of the workload a request of the resource that is scaled on",
    kinds=("HorizontalPodAutoscaler",),
)
def autoscaler_without_request(item: Object, system: System) -> Iterator[Flag]:
    """An autoscaler follows the utilisation of a resource that a container does not request.

    Utilisation is a share of the request; if one container of the pod has none, the metric is missing and nothing scales.
    A LimitRange's defaults are requests, too.
    """
    target = system.get(item.text("spec", "scaleTargetRef", "kind"), item.text("spec", "scaleTargetRef", "name"), item)
    pods = [pod for pod in system.pods if pod.object is target]
    for resource, only, path in _followed(item):
        for container in (one for pod in pods for one in pod.running if only in ("", one.name)):
            if not (_requests(container, resource) or system.given(container, "requests", resource)):
                yield flag(item, f"container {container.name} of {container.object.id} requests no {resource}", *path)


def _followed(item: Object) -> Iterator[tuple[str, str, Path]]:
    """(resource, container or none for all, where it stands) of every utilisation that is followed; v1 knows the CPU only."""
    if item.at("spec", "targetCPUUtilizationPercentage") is not None:
        yield "cpu", "", ("spec", "targetCPUUtilizationPercentage")
    for index, metric in enumerate(items(item.at("spec", "metrics"))):
        for name in ("resource", "containerResource"):
            if text(metric, name, "target", "type") == "Utilization" or text(metric, name, "targetAverageUtilization"):
                yield text(metric, name, "name"), text(metric, name, "container"), ("spec", "metrics", index)


def _requests(container: Container, resource: str) -> bool:
    return any(container.at("resources", side, resource) is not None for side in ("requests", "limits"))
