"""``apps/v1`` DaemonSet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.controller import manifest, rolling_update, selector
from compose2qt.emit.kinds.pod import template
from compose2qt.emit.manifest import given
from compose2qt.workload import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Workload


def daemon_set(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """One pod on each node."""
    if workload.kind is not Kind.DAEMON_SET:
        return
    spec = given(
        minReadySeconds=workload.min_ready,
        updateStrategy=given(rollingUpdate=rolling_update(workload)),
        selector=selector(workload),
        template=template(workload, setting),
    )
    yield manifest(workload, "apps/v1", spec, setting)
