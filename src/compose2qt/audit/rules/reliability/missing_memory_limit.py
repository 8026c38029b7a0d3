"""REL003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import amount
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Put
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


@rule(
    "REL003",
    "missing-memory-limit",
    Severity.WARNING,
    fix="set resources.limits.memory to the most that the program may use",
    patch=(Put(("targets", "{object}", "resources", "limits", "memory"), "{memory}", "assumed: measure and set it"),),
)
def missing_memory_limit(container: Container, system: System) -> Iterator[Flag]:
    """A container without a memory limit can take the memory of its node; then the kernel kills whatever it picks.

    The patch allows 512Mi, or four times what the container requests: a beginning that keeps the node, to be replaced by what
    the program is seen to need.
    """
    limit = container.at("resources", "limits", "memory") or container.pod.at("resources", "limits", "memory")
    if (limit or system.given(container, "limits", "memory")) is None and not container.starts_first:
        asked = amount(container.at("resources", "requests", "memory")) or ZERO
        facts: dict[str, str | int] = {"memory": max(asked * 4, _LEAST).binary}
        message = f"container {container.name} has no memory limit"
        yield container.flag(message, "resources", "limits", "memory", facts=facts if container.is_alone else None)


_LEAST = Quantity.parse("512Mi")
