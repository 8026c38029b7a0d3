"""What liveness and startup probes do to a container, in one form for every way to write the same.

Source: kubelet, ``prober/worker.go``: the first check comes at some time within a period after the delay, so a container that
never passes lives for the whole of its periods, or for one less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLED = "the container is killed and started again"
_MANY = 10
"""So many tries, and when the first of them comes no longer matters."""


class Killer(NamedTuple):
    """A probe whose failures end the container; times in seconds."""

    check: str
    timeout: int
    period: int
    failures: int
    delay: int = 0


def killed(liveness: Killer | None, startup: Killer | None) -> Iterator[tuple[str, str]]:
    """The items that say when the container is killed, with their values: while it starts, and later."""
    for word, probe in (("startup", startup), ("liveness", liveness)):
        if probe is not None:
            yield f"{word} check", probe.check
            yield f"{word} timeout", f"{probe.timeout}s"
    if startup is not None:
        yield "startup", f"not up after {_time(startup, startup.delay)}, {KILLED}"
    if liveness is not None:
        yield "liveness", f"after {_time(liveness)} of failures, {KILLED}"
        yield "liveness start", _first(liveness, startup)


def _time(probe: Killer, before: int = 0) -> str:
    most = before + probe.period * probe.failures
    return f"{most}s" if most >= _MANY * probe.period else f"{most - probe.period}s to {most}s"


def _first(liveness: Killer, startup: Killer | None) -> str:
    """When the first check may come: a start that was checked in the same way is no news to a liveness probe."""
    is_checked = startup is not None and startup.check == liveness.check
    delay = f"{liveness.delay}s after the start" if liveness.delay and not is_checked else ""
    return " and ".join(filter(None, ("once it is up" if startup else "", delay))) or "at once"
