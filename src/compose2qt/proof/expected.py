"""The facts of a container that values of the mapping fix: what runs, how often, with what, and how it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from compose2qt.verify import (
    ABSENT,
    CMD,
    ENTRYPOINT,
    NO_TRAFFIC,
    WORKDIR,
    Argv,
    Aspect,
    Explanation,
    HttpCheck,
    Killer,
    PortCheck,
    canonical_check,
    effective_timeout,
    killed,
    normalized,
)
from compose2qt.workload import ExecProbe, HttpProbe, Kind, OriginKind, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.mapping.plan import TargetPlan
    from compose2qt.workload import Origin, Probe, Resources, Traced

UNSTATED = "the mapping says so"
A_PROBE = "a probe of the mapping"


class Expected(Struct, frozen=True):
    """A fact that the mapping decides."""

    aspect: Aspect
    item: str
    value: str
    code: str
    reason: str


def reason_of(traced: Traced[Any] | None, otherwise: str) -> str:
    """The mapping's reason for a value."""
    origins: tuple[Origin, ...] = traced.origins if traced is not None else ()
    return next(
        (origin.reason for origin in origins if origin.kind is OriginKind.MAPPING and origin.reason), otherwise or UNSTATED
    )


def process(target: TargetPlan) -> Iterator[Expected]:
    """The image, the arguments and the working directory."""
    if target.image is not None:
        reason = reason_of(target.image, target.origin.reason)
        yield Expected(Aspect.IMAGE, "", normalized(target.image.value), "mapping.image", reason)
    if target.image is not None or target.command is not None or target.args is not None:
        command = target.command.value if target.command else ()
        args = target.args.value if target.args else ()
        words = (*command, *args) if command else (ENTRYPOINT, *(args or (CMD,)))
        reason = reason_of(target.command or target.args or target.image, target.origin.reason)
        yield Expected(Aspect.ARGV, "", str(Argv(words)), "mapping.argv", reason)
    if target.image is not None or target.working_dir is not None:
        folder = target.working_dir.value if target.working_dir else str(WORKDIR)
        reason = reason_of(target.working_dir or target.image, target.origin.reason)
        yield Expected(Aspect.DIRECTORY, "", folder, "mapping.working-dir", reason)


def scale(target: TargetPlan) -> Iterator[Expected]:
    """How many pods run."""
    if target.replicas is not None:
        reason = reason_of(target.replicas, target.origin.reason)
        yield Expected(Aspect.SCALE, "", str(target.replicas.value), "mapping.replicas", reason)
    if target.kind is not None and target.kind.value is Kind.DAEMON_SET:
        yield Expected(Aspect.SCALE, "", "one on each node", "mapping.kind", reason_of(target.kind, target.origin.reason))


def resources(stated: Resources, otherwise: str) -> Iterator[Expected]:
    """Requests and limits; ``otherwise`` is the reason where a value has none of its own."""
    for word, request, limit, assumed in (
        ("cpu", stated.cpu_request, stated.cpu_limit, "50m"),
        ("memory", stated.memory_request, stated.memory_limit, "64Mi"),
    ):
        # A limit alone would become the request, too: a small one is written.
        small = Quantity.parse(assumed)
        reserved = request.value if request else min(limit.value, small) if limit else small
        for item, traced, amount in (("limit", limit, limit.value if limit else None), ("reservation", request, reserved)):
            value = ABSENT if amount is None else amount.milli if word == "cpu" else amount.binary
            yield Expected(Aspect.RESOURCES, f"{word} {item}", value, "mapping.resources", reason_of(traced, otherwise))


def image_checks(checks: Mapping[str, Probe]) -> Iterator[Explanation]:
    """The health checks of Dockerfiles, of which Compose says nothing: by service."""
    for service, probe in checks.items():
        for each in paced(probe, "health.of-the-image", "the Dockerfile that is built states this check"):
            yield Explanation(service, each.aspect, each.item, ABSENT, each.value, each.code, each.reason)


def killing(liveness: Traced[Probe] | None, startup: Traced[Probe] | None) -> Iterator[Expected]:
    """By what a container is killed, and when: the checks that do so, together."""
    killers = (_killer(probe.value) if probe else None for probe in (liveness, startup))
    for item, value in killed(*killers):
        by_startup = startup is not None and item.startswith("startup")
        yield Expected(Aspect.HEALTH, item, value, "mapping.probe", reason_of(startup if by_startup else liveness, A_PROBE))


def _killer(probe: Probe) -> Killer:
    command = probe.check.command if isinstance(probe.check, ExecProbe) else ()
    return Killer(_check(probe), effective_timeout(command, probe.timeout), probe.period, probe.failures, probe.initial_delay)


def paced(probe: Probe, code: str, reason: str) -> Iterator[Expected]:
    """A check for readiness with its pace."""
    check = _check(probe)
    delay = f"{probe.initial_delay}s" if probe.initial_delay else ABSENT
    for item, value in (
        ("check", check),
        ("interval", f"{probe.period}s"),
        ("timeout", f"{probe.timeout}s"),
        ("failures", str(probe.failures)),
        ("start period", delay),
        ("consequence", NO_TRAFFIC),
    ):
        yield Expected(Aspect.HEALTH, item, value, code, reason)


def _check(probe: Probe) -> str:
    if isinstance(probe.check, ExecProbe):
        return canonical_check(probe.check.command)
    if isinstance(probe.check, HttpProbe):
        return str(HttpCheck("http", probe.check.port, probe.check.path, probe.check.headers))
    return str(PortCheck(probe.check.port))
