"""What labels of kompose ask for, as explanations: Docker gives them no meaning, the conversion reads them as kompose does.

The expected facts follow from the labels of each service, the routes of the plan that labels made, and what Docker gives.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.mapping.datastores import known_ports
from compose2qt.source import Mapping, Scalar
from compose2qt.verify import PERSISTENT, SCRATCH, Aspect, Explanation, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.mapping.plan import Plan
    from compose2qt.verify import DockerSide

_PREFIX = "kompose."
_REASON = "a label of kompose says so"
_TYPES = {"nodeport": "node port", "loadbalancer": "load balancer port"}
_DEFAULT_TRIES = 6
_Expected = tuple[Aspect, str, str]
"""Aspect, item, and its value in a cluster."""


def labelled(plan: Plan, docker: DockerSide) -> Iterator[Explanation]:
    """The differences that the labels of each service make."""
    for service, node in docker.network.nodes.items():
        labels = _labels(node)
        facts = docker.contracts[service].facts
        for aspect, item, value in _expected(service, node, labels, plan, docker) if labels else ():
            fact = facts.get((aspect, item))
            compose = text_of(fact.value if fact else None)
            yield Explanation(service, aspect, item, compose, value, "kompose.label", _REASON)


def _labels(node: Mapping) -> dict[str, str]:
    labels = node.get("labels")
    entries = labels.entries.items() if isinstance(labels, Mapping) else ()
    return {
        name.removeprefix(_PREFIX): str(value.value or "")
        for name, value in entries
        if name.startswith(_PREFIX) and isinstance(value, Scalar)
    }


def _expected(service: str, node: Mapping, labels: dict[str, str], plan: Plan, docker: DockerSide) -> Iterator[_Expected]:
    if (schedule := labels.get("cronjob.schedule")) and node.get("triggers") is None:
        yield from _cron_job(schedule, labels)
    if labels.get("controller.type", "").lower() == "daemonset":
        yield Aspect.SCALE, "", "one on each node"
    if image := labels.get("init.containers.image"):
        yield from _init(image, labels)
    if group := labels.get("security-context.fsgroup"):
        yield Aspect.USER, "group of volumes", group
    if labels.get("volume.type", "").lower() == "emptydir":
        for (aspect, item), fact in docker.contracts[service].facts.items():
            if aspect is Aspect.MOUNTS and str(fact.value).startswith(PERSISTENT):
                yield Aspect.MOUNTS, item, SCRATCH + (", read-only" if str(fact.value).endswith("read-only") else "")
    yield from _outside(service, node, labels, plan, docker)


def _cron_job(schedule: str, labels: dict[str, str]) -> Iterator[_Expected]:
    yield Aspect.SCALE, "schedule", schedule
    yield Aspect.SCALE, "overlap", labels.get("cronjob.concurrency_policy", "").lower() or "forbid"
    yield Aspect.SCALE, "", "1"
    tries = labels.get("cronjob.backoff_limit", "")
    for count in (tries,) if tries else (0, _DEFAULT_TRIES):
        yield Aspect.RESTART, "", f"on failure, at most {count} times" if int(count) else "never"


def _init(image: str, labels: dict[str, str]) -> Iterator[_Expected]:
    written = labels.get("init.containers.command", "")
    words = re.findall(r'"([^"]*)"', written) if written.startswith("[") else written.split()
    name = "-".join(part for part in labels.get("init.containers.name", "init").lower().replace("_", "-").split() if part)
    yield Aspect.START, f"init container {name or 'init'}", f"runs {' '.join(words)[:60] or image}"


def _outside(service: str, node: Mapping, labels: dict[str, str], plan: Plan, docker: DockerSide) -> Iterator[_Expected]:
    """A node port or load balancer for each port, a route to the first."""
    kind = _TYPES.get(labels.get("service.type", "").lower(), "")
    image = node.get("image")
    known = known_ports(str(image.value)) if isinstance(image, Scalar) else ()
    ports = dict.fromkeys((*docker.network.ports[service], *((port, "TCP") for port in known)))
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
        f"route {route.host or '*'}{path.value.path}"
        for route in plan.routes
        for path in route.paths
        if (path.value.service, path.value.port) == (own, port)
    ]
