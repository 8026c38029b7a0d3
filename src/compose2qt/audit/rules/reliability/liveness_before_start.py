"""REL008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import number
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


class Patience(Struct, frozen=True):
    """Seconds that a program may need to start."""

    seconds: int = 30


@rule(
    "REL008",
    "liveness-before-start",
    Severity.WARNING,
    fix="add a startupProbe, or raise initialDelaySeconds or failureThreshold",
    options=Patience(),
)
def liveness_before_start(container: Container, options: Patience) -> Iterator[Flag]:
    """A liveness probe gives up before a slow program has started, and nothing holds it back: the pod restarts for ever."""
    probe = container.at("livenessProbe")
    if probe is None or container.at("startupProbe") is not None:
        return
    delay = number(at(probe, ("initialDelaySeconds",)), 0)
    room = delay + number(at(probe, ("periodSeconds",)), 10) * number(at(probe, ("failureThreshold",)), 3)
    if room < options.seconds:
        yield container.flag(f"it is restarted if it has not started within {room} seconds", "livenessProbe")
