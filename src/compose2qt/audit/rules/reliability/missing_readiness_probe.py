"""REL005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true, number, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items
from compose2qt.mapping.edit import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag, Pod
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "REL005",
    "missing-readiness-probe",
    Severity.WARNING,
    fix="add a readinessProbe that passes when the program can answer requests",
    patch=(Put(("targets", "{object}", "readiness", "port"), "{port}"),),
)
def missing_readiness_probe(pod: Pod, system: System) -> Iterator[Flag]:
    """A container behind a Service has no readiness probe: it gets requests before it listens, and while it cannot answer.

    It is the one that declares the port, else the pod's first: a probe of the container beside it says nothing of it. The
    patch asks the port of a Service that has only one: it gets requests once it listens. A page that tells more is better.
    """
    services = [item for item in system.services(pod) if not is_true(item.at("spec", "publishNotReadyAddresses"))]
    for service in services:
        for container in pod.serving([service]) or pod.main:
            if not container.at("readinessProbe"):
                message = f"Service {service.name} sends it requests before it listens"
                yield container.flag(message, "readinessProbe", facts=_facts(container, services))


def _facts(container: Container, services: list[Object]) -> dict[str, str | int] | None:
    """The one port that all Services lead to; None if there are several, or none that can be asked by TCP."""
    ports = [port for service in services for port in items(service.at("spec", "ports"))]
    numbers = {number(at(port, ("targetPort",))) or number(at(port, ("port",))) for port in ports}
    is_tcp = all(text(port, "protocol") in ("", "TCP") for port in ports)
    if not container.is_alone or not is_tcp or len(numbers) != 1 or not numbers <= set(container.ports):
        return None
    return {"port": numbers.pop()}
