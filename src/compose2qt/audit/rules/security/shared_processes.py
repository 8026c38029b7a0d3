"""SEC036."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "SEC036",
    "shared-processes",
    Severity.INFO,
    fix="leave shareProcessNamespace out, unless one container has to signal another",
)
def shared_processes(pod: Pod) -> Iterator[Flag]:
    """The containers of a pod see each other's processes, and through /proc their files and variables."""
    if is_true(pod.at("shareProcessNamespace")) and len(pod.running) > 1:
        yield pod.flag("its containers see each other's files and variables", "shareProcessNamespace")
