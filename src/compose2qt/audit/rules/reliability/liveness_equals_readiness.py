"""REL007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity
from compose2qt.source import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "REL007",
    "liveness-equals-readiness",
    Severity.WARNING,
    fix="let the liveness probe ask something cheaper, and fail later than the readiness probe",
)
def liveness_equals_readiness(container: Container) -> Iterator[Flag]:
    """Liveness and readiness are the same probe with the same patience.

    Whatever makes the pod unready for a moment, such as a slow database, then restarts it too, everywhere at once.
    """
    live, ready = container.at("livenessProbe"), container.at("readinessProbe")
    if live is not None and ready is not None and plain(live) == plain(ready):
        yield container.flag("what makes it unready restarts it at the same moment", "livenessProbe")
