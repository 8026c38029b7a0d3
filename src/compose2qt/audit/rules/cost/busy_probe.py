"""COS008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import number
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "COS008",
    "busy-probe",
    Severity.INFO,
    fix="probe every 10 seconds, or ask over HTTP or TCP, which starts no process",
)
def busy_probe(container: Container) -> Iterator[Flag]:
    """A probe starts a process in the container every few seconds: on a node with many pods that adds up to cores."""
    for probe in ("readinessProbe", "livenessProbe"):
        period = number(container.at(probe, "periodSeconds"), 10)
        if container.at(probe, "exec") is not None and period < 5:
            yield container.flag(f"it starts a process every {period} s", probe, "periodSeconds")
