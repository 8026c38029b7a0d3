"""``autoscaling/v2`` HorizontalPodAutoscaler: how many pods run, by what they use of what they request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import workload_path
from compose2qt.emit.manifest import Body, Manifest, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Autoscale, Workload

_KIND = "HorizontalPodAutoscaler"


def autoscaler(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """The autoscaler of a workload that has one."""
    if workload.autoscale is None:
        return
    target: Body = {"apiVersion": "apps/v1", "kind": workload.kind.value, "name": workload.name}
    body = given(
        apiVersion="autoscaling/v2",
        kind=_KIND,
        metadata=setting.metadata(workload.name, workload.labels),
        spec=workload.autoscale.map(lambda one: _spec(one, target)),
    )
    yield Manifest(
        _KIND,
        workload.name,
        body,
        workload_path(workload, "hpa"),
        applied=not workload.blocked,
        header=(setting.origin(workload), "The cluster needs a metrics server."),
        workload=workload.name,
    )


def _spec(autoscale: Autoscale, target: Body) -> Body:
    return given(
        scaleTargetRef=target,
        minReplicas=autoscale.minimum,
        maxReplicas=autoscale.maximum,
        metrics=[_share(name, share) for name, share in (("cpu", autoscale.cpu), ("memory", autoscale.memory)) if share],
    )


def _share(resource: str, percent: int) -> Body:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}
