"""REL028."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, number
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "REL028",
    "job-retries-for-ever",
    Severity.INFO,
    fix="set backoffLimit to the number of retries that make sense, and restartPolicy to Never to keep the logs",
    kinds=("Job", "CronJob"),
)
def job_retries(item: Object) -> Iterator[Flag]:
    """A Job retries often: `backoffLimit` is above 10, so a run that cannot succeed goes on for hours."""
    spec = ("spec", "jobTemplate", "spec") if item.kind == "CronJob" else ("spec",)
    if number(item.at(*spec, "backoffLimit"), 6) > 10:
        yield flag(item, f"it retries {item.text(*spec, 'backoffLimit')} times", *spec, "backoffLimit")
