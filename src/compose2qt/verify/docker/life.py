"""Start, stop, restart, scale: what Docker Compose does over time.

Sources: docker/compose ``create.go`` (getRestartPolicy: ``deploy.restart_policy`` wins), ``convergence.go``.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.compose.units import seconds
from compose2qt.kube.schedule import plain_sundays
from compose2qt.source import Mapping, Sequence
from compose2qt.verify.contract import Argv, Aspect, Fact
from compose2qt.verify.docker.process import CMD, STOPSIGNAL, argv, given
from compose2qt.verify.image import normalized
from compose2qt.verify.reading import entries, find, items, number, place, text, texts
from compose2qt.verify.shell import settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.source import Node

_SCHEDULE = "x-chosen schedule"
GRACE, DEFAULT_GRACE = "10s", ", Docker's default"
"""Between the stop signal and the kill where Compose states nothing."""
SUCCEEDED = "has succeeded"
BEFORE_START = "before start"
_CONDITIONS = {"service_healthy": "healthy", "service_completed_successfully": SUCCEEDED, "service_started": "started"}
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_POLICIES = {
    "": "never",
    "no": "never",
    "none": "never",
    "any": "always",
    "unless-stopped": "always",
    "on-failure": "on failure",
}


def life(node: Mapping) -> Iterator[Fact]:
    """What happens at start, at the end, and how many run."""
    yield Fact(Aspect.RESTART, "", restart(node), place(node, "restart") or node.span)
    yield Fact(Aspect.STOP, "grace", grace(node) or GRACE + DEFAULT_GRACE, place(node, "stop_grace_period"))
    yield Fact(Aspect.STOP, "signal", _signal(text(node, "stop_signal")) or STOPSIGNAL, place(node, "stop_signal"))
    yield _scale(node)
    yield from _schedule(node)
    for name, dependency in entries(node, "depends_on").items():
        condition = _CONDITIONS.get(text(dependency, "condition"), "started")
        yield Fact(Aspect.START, name, condition, place(dependency, "condition"))
    for index, hook in enumerate(items(node, "pre_start"), 1):
        yield Fact(Aspect.START, f"{BEFORE_START} {index}", _container(hook), hook.span)
    for key, aspect, item in (("post_start", Aspect.START, "after start"), ("pre_stop", Aspect.STOP, "before stop")):
        if hooks := items(node, key):
            known = given(node)
            yield Fact(aspect, item, steps(_step(hook, known) for hook in hooks), hooks[0].span)


def restart(node: Mapping) -> str:
    """When a container that ended is started again."""
    policy = find(node, "deploy", "restart_policy")
    if policy is not None:
        name, attempts = text(policy, "condition") or "any", number(policy, "max_attempts")
    else:
        name, _, count = text(node, "restart").partition(":")
        attempts = int(count) if count.isdecimal() else None
    found = _POLICIES.get(name, name)
    return f"{found}, at most {attempts} times" if found == "on failure" and attempts else found


def grace(node: Mapping) -> str:
    """The stated time between the stop signal and the kill, in whole seconds; empty if none is stated."""
    written = text(node, "stop_grace_period")
    try:
        return f"{math.ceil(seconds(written))}s" if written else ""
    except ValueError:
        return ""


def _signal(written: str) -> str:
    name = written.upper()
    return name if not name or name.isdecimal() or name.startswith("SIG") else f"SIG{name}"


def _scale(node: Mapping) -> Fact:
    if text(node, "deploy", "mode").startswith("global"):
        return Fact(Aspect.SCALE, "", "one on each node", place(node, "deploy", "mode"))
    key = ("deploy", "replicas") if find(node, "deploy", "replicas") is not None else ("scale",)
    count = number(node, *key)
    return Fact(Aspect.SCALE, "", str(1 if count is None else count), place(node, *key))


def one_schedule(node: Mapping, number: int) -> Mapping:
    """A job that knows only one of its schedules; without any it is started by hand."""
    schedules = items(node, "triggers", "schedule")
    chosen = Sequence(schedules[number : number + 1], node.span)
    return node.with_entries({**node.entries, _SCHEDULE: chosen})


def _schedule(node: Mapping) -> Iterator[Fact]:
    chosen = find(node, _SCHEDULE)
    if chosen is None:
        return
    if not items(chosen):
        yield Fact(Aspect.SCALE, "suspended", "yes", node.span)
    for schedule in items(chosen):
        zone = text(schedule, "timezone")
        yield Fact(
            Aspect.SCALE, "schedule", " ".join(filter(None, (plain_sundays(text(schedule, "cron")), zone))), schedule.span
        )
        if overlap := text(schedule, "concurrency").lower():
            yield Fact(Aspect.SCALE, "overlap", overlap, place(schedule, "concurrency"))


def started(image: str, argv: Argv, names: Iterable[str]) -> str:
    """What a container that runs before the service starts does; ``names`` are those of its variables."""
    given = f" with {', '.join(sorted(names))}" if (names := tuple(names)) else ""
    return f"run {argv} of {normalized(image)}{given}"


def _container(node: Node) -> str:
    # What no ConfigMap can hold is a difference of the service's own environment, told there.
    variables = (name for name in given(node) if _KEY.fullmatch(name))
    return started(text(node, "image"), argv(node) if isinstance(node, Mapping) else Argv((CMD,)), variables)


class Step(NamedTuple):
    """One command of a hook, with its folder and variables."""

    words: tuple[str, ...]
    folder: str = ""
    variables: tuple[str, ...] = ()


def steps(hooks: Iterable[Step]) -> str:
    """What hooks do, one after the other."""
    return ", then ".join(_shown(hook) for hook in hooks if hook.words)


def _shown(hook: Step) -> str:
    inside = f" in {hook.folder}" if hook.folder else ""
    given = f" with {', '.join(sorted(hook.variables))}" if hook.variables else ""
    return f"run {json.dumps(hook.words, ensure_ascii=False)}{inside}{given}"


def _step(node: Node, known: dict[str, str]) -> Step:
    own = {name: text(value) for name, value in entries(node, "environment").items()}
    variables = tuple(f"{name}={value}" for name, value in own.items())
    return Step(settled(texts(node, "command"), {**known, **own}), text(node, "working_dir"), variables)
