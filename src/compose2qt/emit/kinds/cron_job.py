"""``batch/v1`` CronJob."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.controller import manifest
from compose2qt.emit.kinds.job import job_spec
from compose2qt.emit.manifest import given
from compose2qt.workload import Kind, Traced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Workload

_UNKNOWN = Traced("0 0 * * *", (), "no schedule is declared: set it, then set suspend to false")


def cron_job(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """A run at given times; suspended while nobody has said when."""
    if workload.kind is not Kind.CRON_JOB:
        return
    spec = given(
        schedule=workload.schedule or _UNKNOWN,
        timeZone=workload.time_zone,
        suspend=None if workload.schedule else True,
        concurrencyPolicy=workload.concurrency or "Forbid",
        jobTemplate={"spec": job_spec(workload, setting)},
    )
    yield manifest(workload, "batch/v1", spec, setting)
