"""COS007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


@rule(
    "COS007",
    "missing-cpu-limit",
    Severity.INFO,
    fix="set resources.limits.cpu, if the bill or the neighbours matter more than short bursts",
)
def missing_cpu_limit(container: Container, system: System) -> Iterator[Flag]:
    """A container may use every idle core of its node.

    That is often wanted: a limit slows a program down even while cores are idle. It is told so that the choice is one.
    """
    limit = container.at("resources", "limits", "cpu") or container.pod.at("resources", "limits", "cpu")
    if (limit or system.given(container, "limits", "cpu")) is None and not container.starts_first:
        yield container.flag(f"container {container.name} has no CPU limit", "resources", "limits", "cpu")
