"""COR037."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.mention import addresses
from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "COR037",
    "wait-cycle",
    Severity.ERROR,
    fix="remove one of the waits: let that program retry until its peer answers",
)
def wait_cycle(system: System) -> Iterator[Flag]:
    """Init containers wait for each other's Services in a circle: after a cold start none of the pods ever runs."""
    waits = {pod: _awaited(pod, system) for pod in system.pods}
    for pod, awaited in waits.items():
        if _reaches(awaited, pod, waits):
            names = ", ".join(sorted(other.object.id for other in awaited))
            yield pod.flag(f"it waits for {names}, which waits for it", "initContainers")


def _awaited(pod: Pod, system: System) -> set[Pod]:
    """The pods whose Services an init container of ``pod`` names, but for its own."""
    found: set[Pod] = set()
    for container in pod.containers:
        if container.starts_first:
            said = " ".join(container.argv)
            for word in set(re.split(r"[^\w-]+", said)):
                service = system.get("Service", word, pod.object) if word and addresses(said, word) else None
                found |= set(system.behind(service)) if service else set()
    return found - {pod}


def _reaches(start: set[Pod], goal: Pod, waits: dict[Pod, set[Pod]]) -> bool:
    seen: set[Pod] = set()
    open_ = list(start)
    while open_:
        pod = open_.pop()
        if pod is goal:
            return True
        if pod not in seen:
            seen.add(pod)
            open_ += waits[pod]
    return False
