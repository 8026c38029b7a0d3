"""REL021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "REL021",
    "endless-job",
    Severity.INFO,
    fix="set activeDeadlineSeconds",
    kinds=("Job", "CronJob"),
)
def endless_job(item: Object) -> Iterator[Flag]:
    """A Job without a deadline that hangs keeps its resources for ever, and a CronJob behind it never runs again."""
    spec = ("spec", "jobTemplate", "spec") if item.kind == "CronJob" else ("spec",)
    if item.at(*spec, "activeDeadlineSeconds") is None:
        yield flag(item, "a run that hangs is never stopped", *spec, "activeDeadlineSeconds")
