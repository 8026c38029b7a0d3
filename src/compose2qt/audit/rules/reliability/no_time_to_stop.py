"""REL016."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import number
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "REL016",
    "no-time-to-stop",
    Severity.WARNING,
    fix="give terminationGracePeriodSeconds the seconds that the program needs to finish, plus those of preStop",
)
def no_time_to_stop(pod: Pod) -> Iterator[Flag]:
    """A pod is killed at once, or its preStop hook uses up the whole grace period: requests and writes are cut off."""
    grace = number(pod.at("terminationGracePeriodSeconds"), 30)
    if pod.at("terminationGracePeriodSeconds") is not None and grace == 0:
        yield pod.flag("it is killed at once", "terminationGracePeriodSeconds")
    for container in pod.running:
        pause = number(container.at("lifecycle", "preStop", "sleep", "seconds"))
        if pause and pause >= grace > 0:
            yield container.flag(f"its preStop hook takes all {grace} seconds", "lifecycle", "preStop", "sleep", "seconds")
