"""Health checks."""

import math
from collections.abc import Iterator

from compose2qt.compose.units import seconds
from compose2qt.diagnostic import Severity
from compose2qt.lower.argv import escape
from compose2qt.lower.attributes import kompose
from compose2qt.lower.dockerfile import Dockerfile
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import LIVENESS, READINESS
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts
from compose2qt.lower.shapes import Healthcheck, Seconds
from compose2qt.workload import ExecProbe, Probe

# What Docker does where the file says nothing (Dockerfile reference, HEALTHCHECK).
_INTERVAL = 30
_TIMEOUT = 30
_RETRIES = 3
_PARTS = {"check": "test", "period": "interval", "timeout": "timeout", "failures": "retries"}
"""What each part of a probe comes from."""


@converts(
    "healthcheck",
    Fidelity.PARTIAL,
    fields=(READINESS, LIVENESS),
    losses={
        "image-check": Lost(
            "Kubernetes does not run the HEALTHCHECK of an image, and these settings have no test of their own",
            "write the test into the Compose file",
        ),
        "start-period": Lost(
            "a readiness probe needs no grace at start: a pod that is not ready yet gets no traffic and is not restarted",
            "ask for liveness in the mapping if the pod shall be restarted; its startup probe then uses this time",
            Severity.INFO,
        ),
        "start-interval": Lost(
            "a readiness probe has one pace, at start as later", "lower `interval` if start-up matters", Severity.INFO
        ),
    },
)
def healthcheck(value: Healthcheck, plan: ServicePlan) -> Iterator[Effect]:
    """A readiness probe that runs the same command, at Docker's pace; no liveness, because Docker never kills.

    A plain ``curl -f``, ``wget`` or ``nc -z`` on a port of the container becomes the kubelet's own check. With kompose's
    labels for readiness this is the liveness probe, as in kompose. Where Compose says nothing, the HEALTHCHECK of the
    Dockerfile that is built is the readiness probe.
    """
    if value.disable or value.test[:1] == ("NONE",):
        yield Use("no health check: the pod is ready when it runs")
        return
    command = _command(value.test)
    if command is None:
        yield Lose("image-check")
        return
    labels = kompose.given(plan.service.node)
    of_kompose = any(name.startswith(kompose.READINESS_LABELS) for name in labels)
    if of_kompose and any(name.startswith(kompose.LIVENESS_LABELS) for name in labels):
        yield Use("the labels of kompose replace it")
        return
    probe = Probe(
        ExecProbe(tuple(escape(word) for word in command)),
        period=_whole(value.interval, _INTERVAL),
        timeout=_whole(value.timeout, _TIMEOUT),
        failures=max(1, value.retries or _RETRIES),
        initial_delay=math.ceil(value.start_period or 0) if of_kompose else 0,
    )
    parts = {"initial_delay": "start_period", **_PARTS} if of_kompose else _PARTS
    given = {part: node for part, key in parts.items() if (node := value.node.get(key)) is not None}
    yield Fill(LIVENESS if of_kompose else READINESS, probe, of=given)
    if disable := value.node.get("disable"):
        yield Use("false: the check is on", of=disable)
    if (period := value.node.get("start_period")) and not of_kompose:
        yield Lose("start-period", of=period)
    if interval := value.node.get("start_interval"):
        yield Lose("start-interval", of=interval)


def checked_by(file: Dockerfile | None) -> Probe | None:
    """The readiness probe that the HEALTHCHECK of a Dockerfile is; None if it has none that can be read."""
    found = file.check if file is not None else None
    if found is None:
        return None
    command, options = found
    try:
        return Probe(
            ExecProbe(tuple(escape(word) for word in command)),
            period=_whole(Seconds(seconds(options.get("interval", "0"))), _INTERVAL),
            timeout=_whole(Seconds(seconds(options.get("timeout", "0"))), _TIMEOUT),
            failures=max(1, int(options.get("retries", "0")) or _RETRIES),
        )
    except (ValueError, ArithmeticError):
        return None


def _command(test: tuple[str, ...]) -> tuple[str, ...] | None:
    """The argument vector of a probe: Docker runs ``CMD-SHELL`` by ``/bin/sh -c``."""
    if test[:1] == ("CMD-SHELL",) and len(test) > 1:
        return ("/bin/sh", "-c", *test[1:])
    return test[1:] if test[:1] == ("CMD",) and len(test) > 1 else None


def _whole(value: Seconds | None, default: int) -> int:
    """Whole seconds, rounded up: Kubernetes knows no fractions. Zero means Docker's default."""
    return math.ceil(value or 0) or default
