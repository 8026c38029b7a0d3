"""``batch/v1`` Job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.controller import manifest
from compose2qt.emit.kinds.pod import template
from compose2qt.emit.manifest import digest, given
from compose2qt.workload import Kind, Traced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.manifest import Body, Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Workload

_HASH_DIGITS = 8
# A pod's name is the Job's and a suffix: Job names end at 63 characters (batch/v1 validation).
_NAME_LENGTH = 63
# What Docker does after a failure: nothing, or start again (Kubernetes counts; Docker goes on for ever).
_RETRIES = {"Never": 0, "OnFailure": 6}


def job(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """A run to an end.

    A Job's template is immutable, so its name holds a hash of it: a change makes a new Job that runs, the same
    manifests applied again change nothing. It stays when it is done (no TTL): others may look whether it succeeded.
    """
    if workload.kind is not Kind.JOB:
        return
    spec = job_spec(workload, setting)
    suffix = f"-{digest(spec, _HASH_DIGITS)}"
    name = workload.name[: _NAME_LENGTH - len(suffix)].rstrip("-.") + suffix
    yield manifest(workload, "batch/v1", spec, setting, name=name)


def job_spec(workload: Workload, setting: Setting) -> Body:
    """The spec of a Job, or of those that a CronJob starts."""
    policy = workload.pod.restart_policy or Traced("Never")
    return given(
        parallelism=workload.replicas,
        completions=workload.replicas,
        backoffLimit=workload.retries or _RETRIES.get(policy.value, 0),
        template=template(workload, setting, policy),
    )
