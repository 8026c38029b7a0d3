"""Probes. Source: ``validateProbe``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_header_name
from compose2qt.kube.reading import at, entries, has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_LEAST = {"initialDelaySeconds": 0, "timeoutSeconds": 1, "periodSeconds": 1, "successThreshold": 1, "failureThreshold": 1,
          "terminationGracePeriodSeconds": 1}  # fmt: skip
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


@rule("probe-handler", "Probe")
def probe_handler(probe: Mapping) -> Iterator[Violation]:
    """A probe has exactly one of ``exec``, ``httpGet``, ``tcpSocket`` and ``grpc``."""
    given = [name for name in _HANDLERS if has(probe, name)]
    if len(given) != 1:
        what = f"{' and '.join(given)} are both given" if given else "the probe does nothing"
        yield Violation(what, (given[-1],) if given else (), "give one of exec, httpGet, tcpSocket, grpc")


@rule("probe-number", "Probe")
def probe_number(probe: Mapping) -> Iterator[Violation]:
    """Periods, timeouts and thresholds of a probe are at least 1; its initial delay is at least 0."""
    for field, least in _LEAST.items():
        count = number(probe, field)
        # 0 stands for the default in the fields that have one.
        if count is not None and count < (1 if field == "terminationGracePeriodSeconds" else 0):
            yield Violation(f"{count} is too small", (field,), f"use {least} or more")


@rule("success-threshold", "Container")
def success_threshold(container: Mapping) -> Iterator[Violation]:
    """A liveness or startup probe succeeds at once: only a readiness probe may ask for several successes."""
    for field in ("livenessProbe", "startupProbe"):
        if (number(container, field, "successThreshold") or 1) != 1:
            yield Violation(f"successThreshold of a {field} is 1", (field, "successThreshold"), "use 1")


@rule("readiness-grace-period", "Container")
def readiness_grace_period(container: Mapping) -> Iterator[Violation]:
    """A readiness probe never ends a container, so it has no ``terminationGracePeriodSeconds``."""
    path = ("readinessProbe", "terminationGracePeriodSeconds")
    if has(container, *path):
        yield Violation("a readiness probe ends nothing", path, "remove it")


@rule("probe-port-unknown", "Container")
def probe_port_unknown(container: Mapping) -> Iterator[Violation]:
    """A probe that names its port names one of the container: else the kubelet can never probe it."""
    names = {text(port, "name") for port in items(container, "ports")}
    for field in PROBES:
        for handler in ("httpGet", "tcpSocket"):
            name = text(container, field, handler, "port")
            if name and name not in names:
                yield Violation(
                    f"the container has no port {shown(name)}",
                    (field, handler, "port"),
                    "name a port of the container, or write a number",
                )


@rule("probe-header", "HTTPGetAction")
def probe_header(action: Mapping) -> Iterator[Violation]:
    """A header of an HTTP probe has a name of letters, digits and dashes."""
    for index, header in enumerate(items(action, "httpHeaders")):
        if entries(header) and not is_header_name(text(header, "name")):
            yield Violation(
                f"{shown(text(header, 'name'))} is not a header", ("httpHeaders", index, "name"), "use letters and dashes"
            )


@rule("probe-path", "HTTPGetAction")
def probe_path(action: Mapping) -> Iterator[Violation]:
    """The path of an HTTP probe is not empty, if it is written at all."""
    if at(action, ("path",)) is not None and not text(action, "path"):
        yield Violation("the path is empty", ("path",), "write / or leave it out")
