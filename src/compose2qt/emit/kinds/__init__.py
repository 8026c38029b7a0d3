"""One Kubernetes kind a module: each emitter is a function of the target model, and this is their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.autoscaler import autoscaler
from compose2qt.emit.kinds.claim import claims
from compose2qt.emit.kinds.config_map import config_maps
from compose2qt.emit.kinds.cron_job import cron_job
from compose2qt.emit.kinds.daemon_set import daemon_set
from compose2qt.emit.kinds.deployment import deployment
from compose2qt.emit.kinds.ingress import ingresses
from compose2qt.emit.kinds.job import job
from compose2qt.emit.kinds.namespace import namespace
from compose2qt.emit.kinds.networkpolicy import network_policies
from compose2qt.emit.kinds.secret import example_secrets
from compose2qt.emit.kinds.service import services
from compose2qt.emit.kinds.stateful_set import stateful_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Workload

OF_APPLICATION: tuple[Callable[[Setting], Iterator[Manifest]], ...] = (
    namespace,
    config_maps,
    example_secrets,
    claims,
    network_policies,
    ingresses,
)
"""What an application has once."""
OF_WORKLOAD: tuple[Callable[[Workload, Setting], Iterator[Manifest]], ...] = (
    deployment,
    stateful_set,
    daemon_set,
    job,
    cron_job,
    autoscaler,
    services,
)
"""What each workload has; an emitter yields nothing for a workload that is not of its kind."""


def manifests(setting: Setting) -> Iterator[Manifest]:
    """Every object of an application; the layout puts them in order."""
    for of_application in OF_APPLICATION:
        yield from of_application(setting)
    for workload in setting.application.workloads:
        for of_workload in OF_WORKLOAD:
            yield from of_workload(workload, setting)
