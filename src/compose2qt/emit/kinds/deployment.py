"""``apps/v1`` Deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.controller import manifest, rolling_update, selector
from compose2qt.emit.kinds.pod import template
from compose2qt.emit.manifest import given
from compose2qt.workload import Kind, assumed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Traced, Workload

_DEADLINE = 600
"""Seconds that the API server gives a rollout to go on where nothing is written; it must be more than ``minReadySeconds``."""


def deployment(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """Replicas that are alike. ``Recreate`` has no rollingUpdate beside it: the API server refuses the two together."""
    if workload.kind is not Kind.DEPLOYMENT:
        return
    recreate = workload.recreate if workload.recreate is not None and workload.recreate.value else None
    spec = given(
        replicas=None if workload.autoscale else workload.replicas or 1,
        minReadySeconds=workload.min_ready,
        progressDeadlineSeconds=_deadline(workload),
        strategy=given(
            type=recreate.map(lambda _: "Recreate") if recreate else None,
            rollingUpdate=rolling_update(workload) if recreate is None else None,
        ),
        selector=selector(workload),
        template=template(workload, setting),
    )
    yield manifest(workload, "apps/v1", spec, setting)


def _deadline(workload: Workload) -> Traced[int] | None:
    """The default for what is beside the wait for a pod, where that alone is as long."""
    ready = workload.min_ready
    if ready is None or ready.value < _DEADLINE:
        return None
    return assumed(ready.value + _DEADLINE, "a rollout has to be allowed longer than it waits")
