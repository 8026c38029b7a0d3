"""REL003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "REL003",
    "missing-memory-limit",
    Severity.WARNING,
    fix="set resources.limits.memory to the most that the program may use",
)
def missing_memory_limit(container: Container) -> Iterator[Flag]:
    """A container without a memory limit can take the memory of its node; then the kernel kills whatever it picks."""
    limit = container.at("resources", "limits", "memory") or container.pod.at("resources", "limits", "memory")
    if limit is None and not container.starts_first:
        yield container.flag(f"container {container.name} has no memory limit", "resources", "limits", "memory")
