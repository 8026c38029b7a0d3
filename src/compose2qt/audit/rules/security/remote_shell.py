"""SEC037."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC037",
    "remote-shell",
    Severity.WARNING,
    fix="use kubectl exec",
)
def remote_shell(container: Container) -> Iterator[Flag]:
    """A container offers SSH or Telnet: one more way in, with keys of its own that nobody rotates."""
    for index, port in enumerate(container.ports):
        if port in (22, 23, 2222):
            yield container.flag(f"it offers a remote shell on port {port}", "ports", index, "containerPort")
