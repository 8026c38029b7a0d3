"""REL009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import number
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "REL009",
    "probe-timeout-exceeds-period",
    Severity.INFO,
    fix="make timeoutSeconds smaller than periodSeconds",
)
def probe_timeout_exceeds_period(container: Container) -> Iterator[Flag]:
    """A probe may take longer than its period, so that a slow answer delays the next probe and hides how slow it is."""
    for name in ("readinessProbe", "livenessProbe", "startupProbe"):
        probe = container.at(name)
        timeout, period = number(at(probe, ("timeoutSeconds",)), 1), number(at(probe, ("periodSeconds",)), 10)
        if probe is not None and timeout > period:
            yield container.flag(f"it may take {timeout} s and is due every {period} s", name, "timeoutSeconds")
