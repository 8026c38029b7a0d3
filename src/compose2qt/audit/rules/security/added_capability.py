"""SEC009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_BASELINE = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split()
)


@rule(
    "SEC009",
    "added-capability",
    Severity.ERROR,
    fix="leave it out, or keep the workload in a namespace of its own that allows it",
)
def added_capability(container: Container) -> Iterator[Flag]:
    """A container gets a Linux capability beyond what container runtimes give by default. Pod Security: baseline.

    `SYS_ADMIN`, `NET_ADMIN` and `SYS_PTRACE` are ways to take over the node or its network.
    """
    for index, name in enumerate(texts(container.at("securityContext", "capabilities", "add"))):
        if name.removeprefix("CAP_") not in _BASELINE:
            message = f"container {container.name} gets {name}"
            yield container.flag(message, "securityContext", "capabilities", "add", index)
