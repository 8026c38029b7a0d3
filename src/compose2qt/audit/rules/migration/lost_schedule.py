"""MIG020."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod


_SCHEDULE = re.compile(
    r"(?:ofelia|chadburn)\.job-\w+\.(?P<job>[\w-]+)\.schedule"
    r"|(?:swarm\.cronjob|deck-chores\.(?P<chore>[\w-]+))\.(?:schedule|cron|interval)"
)


@rule(
    "MIG020",
    "lost-schedule",
    Severity.WARNING,
    fix="make it a CronJob with the same image and command (a job with a schedule trigger in the Compose file becomes one)",
)
def lost_schedule(pod: Pod) -> Iterator[Flag]:
    """A label gives a job's schedule to a container that starts jobs through Docker: in a cluster nobody reads it."""
    annotations = at(pod.object.root, (*pod.path[:-1], "metadata", "annotations"))
    for key, value in texts(annotations).items():
        if (found := _SCHEDULE.fullmatch(key)) is not None:
            job = found["job"] or found["chore"] or pod.object.name
            place = (*pod.path[:-1], "metadata", "annotations", key)
            yield Flag(f"{job} no longer runs at {value}", pod.object, place)
