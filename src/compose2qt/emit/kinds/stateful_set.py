"""``apps/v1`` StatefulSet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.controller import manifest, selector
from compose2qt.emit.kinds.pod import template
from compose2qt.emit.manifest import given
from compose2qt.workload import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Workload


def stateful_set(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """A datastore. Its claims are objects of their own: ``volumeClaimTemplates`` could never be changed.

    ``serviceName`` is required up to 1.32 and immutable: it is the workload's own Service.
    """
    if workload.kind is not Kind.STATEFUL_SET:
        return
    spec = given(
        serviceName=workload.endpoints[0].name if workload.endpoints else workload.name,
        replicas=None if workload.autoscale else workload.replicas or 1,
        selector=selector(workload),
        template=template(workload, setting),
    )
    yield manifest(workload, "apps/v1", spec, setting)
