"""SEC015."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "SEC015",
    "seccomp-not-set",
    Severity.INFO,
    fix="set securityContext.seccompProfile.type of the pod to RuntimeDefault",
)
def seccomp_not_set(pod: Pod) -> Iterator[Flag]:
    """No seccomp profile is chosen: on most nodes that means none at all. Pod Security: restricted."""
    if pod.containers and any(text(container.setting("seccompProfile"), "type") == "" for container in pod.containers):
        yield pod.flag("nothing limits its system calls", "securityContext", "seccompProfile")
