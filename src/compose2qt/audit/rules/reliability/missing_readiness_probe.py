"""REL005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "REL005",
    "missing-readiness-probe",
    Severity.WARNING,
    fix="add a readinessProbe that passes when the program can answer requests",
)
def missing_readiness_probe(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod behind a Service has no readiness probe: it gets requests before it listens, and while it cannot answer."""
    services = [item for item in system.services(pod) if not is_true(item.at("spec", "publishNotReadyAddresses"))]
    if services and pod.running and not any(container.at("readinessProbe") for container in pod.running):
        message = f"Service {services[0].name} sends it requests before it listens"
        yield pod.running[-1].flag(message, "readinessProbe")
