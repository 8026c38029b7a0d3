"""What labels of kompose ask for, as explanations: Docker gives them no meaning, the conversion reads them as kompose does.

The expected facts follow from the labels of each service, the routes of the plan that labels made, and what Docker gives.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.compose.units import seconds
from compose2qt.mapping.datastores import known_ports
from compose2qt.proof.decisions import shown_route
from compose2qt.source import Mapping as MappingNode
from compose2qt.source import Scalar
from compose2qt.verify import (
    ABSENT,
    NEVER_PULLED,
    NO_TRAFFIC,
    PERSISTENT,
    SCRATCH,
    Aspect,
    Explanation,
    Killer,
    canonical_check,
    killed,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.mapping.plan import Plan
    from compose2qt.verify import DockerSide, Fact, Key

_PREFIX = "kompose."
_REASON = "a label of kompose says so"
_TYPES = {"nodeport": "node port", "loadbalancer": "load balancer port"}
_DEFAULT_TRIES = 6
_PACE = ("check", "interval", "timeout", "failures", "start period", "consequence")
Port = tuple[int, str]
_Expected = tuple[Aspect, str, str]
"""Aspect, item, and its value in a cluster."""


def labelled(plan: Plan, docker: DockerSide, listening: Mapping[str, Iterable[Port]]) -> Iterator[Explanation]:
    """The differences that the labels of each service make. ``listening``: the ports on which each is known to listen."""
    for service, node in docker.network.nodes.items():
        labels = _labels(node)
        facts = docker.contracts[service].facts
        for aspect, item, value in _expected(service, labels, plan, docker, listening.get(service, ())) if labels else ():
            fact = facts.get((aspect, item))
            compose = text_of(fact.value if fact else None)
            yield Explanation(service, aspect, item, compose, value, "kompose.label", _REASON)


def _labels(node: MappingNode) -> dict[str, str]:
    labels = node.get("labels")
    entries = labels.entries.items() if isinstance(labels, MappingNode) else ()
    return {
        name.removeprefix(_PREFIX): str(value.value or "")
        for name, value in entries
        if name.startswith(_PREFIX) and isinstance(value, Scalar)
    }


def _expected(
    service: str, labels: dict[str, str], plan: Plan, docker: DockerSide, listening: Iterable[Port]
) -> Iterator[_Expected]:
    node = docker.network.nodes[service]
    if (schedule := labels.get("cronjob.schedule")) and node.get("triggers") is None:
        yield from _cron_job(schedule, labels)
    if labels.get("controller.type", "").lower() == "daemonset":
        yield Aspect.SCALE, "", "one on each node"
    yield from _scale(labels)
    if labels.get("image-pull-policy", "").lower() == "never":
        yield Aspect.IMAGE, "pull", NEVER_PULLED
    if image := labels.get("init.containers.image"):
        yield from _init(image, labels)
    if account := labels.get("serviceaccount-name"):
        yield Aspect.WORKLOAD, "start", f"cannot start: ServiceAccount {account} does not exist"
    if group := labels.get("security-context.fsgroup"):
        yield Aspect.USER, "group of volumes", group
    if other := labels.get("service.name_override"):
        yield from ((Aspect.NAMES, name, ABSENT) for name in docker.network.own[service] if name != other)
    facts = docker.contracts[service].facts
    yield from _mounts(facts, labels)
    yield from _health(facts, labels)
    yield from _outside(service, node, labels, plan, (*docker.network.ports[service], *listening))


def _scale(labels: dict[str, str]) -> Iterator[_Expected]:
    """The bounds of an autoscaler: one to three, unless labels say so."""
    if not any(name.startswith("hpa.") for name in labels):
        return
    least, most = (labels.get(f"hpa.replicas.{end}", default) for end, default in (("min", "1"), ("max", "3")))
    if least.isdecimal() and most.isdecimal():
        yield Aspect.SCALE, "", f"{int(least)} to {max(int(least), int(most))}"


def _mounts(facts: Mapping[Key, Fact], labels: dict[str, str]) -> Iterator[_Expected]:
    """Volumes that live as long as the pod, or of which one folder is mounted."""
    is_scratch, folder = labels.get("volume.type", "").lower() == "emptydir", labels.get("volume.subpath", "").strip("/")
    for (aspect, item), fact in facts.items():
        written = str(fact.value)
        if aspect is Aspect.MOUNTS and written.startswith(f"{PERSISTENT},"):
            access = written.rpartition(", ")[2]
            if is_scratch:
                yield Aspect.MOUNTS, item, SCRATCH + (", read-only" if access == "read-only" else "")
            elif folder:
                yield Aspect.MOUNTS, item, f"{PERSISTENT}, folder {folder} of it, {access}"


def _cron_job(schedule: str, labels: dict[str, str]) -> Iterator[_Expected]:
    yield Aspect.SCALE, "schedule", schedule
    yield Aspect.SCALE, "overlap", labels.get("cronjob.concurrency_policy", "").lower() or "forbid"
    yield Aspect.SCALE, "", "1"
    tries = labels.get("cronjob.backoff_limit", "")
    for count in (tries,) if tries.isdecimal() else (0, _DEFAULT_TRIES):
        yield Aspect.RESTART, "", f"on failure, at most {count} times" if int(count) else "never"


def _init(image: str, labels: dict[str, str]) -> Iterator[_Expected]:
    written = labels.get("init.containers.command", "")
    words = re.findall(r'"([^"]*)"', written) if written.startswith("[") else written.split()
    name = "-".join(part for part in labels.get("init.containers.name", "init").lower().replace("_", "-").split() if part)
    yield Aspect.START, f"init container {name or 'init'}", f"runs {' '.join(words) or image}"


def _health(facts: Mapping[Key, Fact], labels: dict[str, str]) -> Iterator[_Expected]:
    """The probes of labels; with one for readiness the check of Compose is the liveness probe, as in kompose."""
    prefixes = {word: f"service.healthcheck.{word}." for word in ("readiness", "liveness")}
    own = {
        word: {name.removeprefix(prefix): value for name, value in labels.items() if name.startswith(prefix)}
        for word, prefix in prefixes.items()
    }
    if own["readiness"] or own["liveness"]:
        yield from ((Aspect.HEALTH, item, ABSENT) for item in _PACE)
    if (probe := _probe(own["readiness"])) is not None:
        yield from probe.facts
    killing = _probe(own["liveness"]) if own["liveness"] else _moved(facts) if own["readiness"] else None
    if killing is not None:
        yield from ((Aspect.HEALTH, item, value) for item, value in killed(killing.killer, None))


class _Probe(NamedTuple):
    check: str
    pace: tuple[int, int, int, int]
    """Seconds between checks, seconds that one may take, failures, seconds before the first."""

    @property
    def killer(self) -> Killer:
        period, timeout, failures, delay = self.pace
        return Killer(self.check, timeout, period, failures, delay)

    @property
    def facts(self) -> Iterator[_Expected]:
        period, timeout, failures, delay = self.pace
        values = (self.check, f"{period}s", f"{timeout}s", str(failures), f"{delay}s" if delay else ABSENT, NO_TRAFFIC)
        return ((Aspect.HEALTH, item, value) for item, value in zip(_PACE, values, strict=True))


def _probe(own: dict[str, str]) -> _Probe | None:
    """The probe that labels without their prefix describe; None if they describe none."""
    if own.get("disable", "").lower() == "true":
        return None
    if "http_get_port" in own:
        check = f"GET http://<pod>:{own['http_get_port']}{own.get('http_get_path', '/')} is below 400"
    elif "tcp_port" in own:
        check = f"port {own['tcp_port']} accepts a connection"
    elif "test" in own:
        check = canonical_check(_test(own["test"]))
    else:
        return None
    try:
        paces = (math.ceil(seconds(own.get(key, "0"))) for key in ("interval", "timeout", "start_period"))
        period, timeout, delay = paces
        return _Probe(check, (period or 30, timeout or 30, max(1, int(own.get("retries", "3"))), delay))
    except ValueError:
        return None


def _test(text: str) -> tuple[str, ...]:
    words = re.findall(r'"([^"]*)"', text) if text.startswith("[") else []
    if words[:1] == ["CMD"]:
        return tuple(words[1:])
    if text.startswith("CMD "):
        return tuple(text.split()[1:])
    return ("/bin/sh", "-c", words[-1] if words else text.removeprefix("CMD-SHELL").strip())


def _moved(facts: Mapping[Key, Fact]) -> _Probe | None:
    """Docker's own check as a liveness probe."""
    found = [facts.get((Aspect.HEALTH, item)) for item in _PACE[:5]]
    check, *times = (str(fact.value) if fact else "" for fact in found)
    period, timeout, failures, delay = (int(time.removesuffix("s") or 0) for time in times)
    return _Probe(check, (period, timeout, failures, delay)) if check else None


def _outside(
    service: str, node: MappingNode, labels: dict[str, str], plan: Plan, listening: Iterable[Port]
) -> Iterator[_Expected]:
    """A node port or load balancer for each port, a route to the first."""
    kind = _TYPES.get(labels.get("service.type", "").lower(), "")
    image = node.get("image")
    known = known_ports(str(image.value)) if isinstance(image, Scalar) else ()
    ports = dict.fromkeys((*listening, *((port, "TCP") for port in known)))
    for port, protocol in ports:
        numbers = (labels.get("service.nodeport.port", ""), "of the cluster") if kind == "node port" else (str(port),)
        entrances = [f"{kind} {number}" for number in numbers if number] if kind else []
        routes = _routes(service, port, plan)
        for shown in ([entrance] for entrance in entrances):
            yield Aspect.OUTSIDE, f"{port}/{protocol}", ", ".join(shown)
            yield Aspect.OUTSIDE, f"{port}/{protocol}", ", ".join(sorted((*shown, *routes)))
        if routes:
            yield Aspect.OUTSIDE, f"{port}/{protocol}", ", ".join(sorted(routes))


def _routes(service: str, port: int, plan: Plan) -> list[str]:
    target = next((target for target in plan.targets if service in target.sources), None)
    own = (target.service.value if target.service else target.name) if target else service
    return [
        shown_route(route, path.value)
        for route in plan.routes
        for path in route.paths
        if (path.value.service, path.value.port) == (own, port)
    ]
