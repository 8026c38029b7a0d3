"""SEC007."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_false
from compose2qt.diagnostic import Severity
from compose2qt.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


@rule(
    "SEC007",
    "runs-as-root",
    Severity.WARNING,
    fix="give it a user of its own (runAsUser: 10001), and the files of its volumes to that user's group (fsGroup)",
)
def runs_as_root(container: Container, system: System) -> Iterator[Flag]:
    """A container is told to run as root. Pod Security: restricted; in a user namespace (`hostUsers: false`) it is waived."""
    waived = is_false(container.pod.at("hostUsers")) and system.version >= (1, 35)
    if isinstance(user := container.setting("runAsUser"), Scalar) and user.value == 0 and not waived:
        yield container.flag(f"container {container.name} runs as root", "securityContext", "runAsUser")
