"""SEC037."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_GIT = frozenset("gitea forgejo gogs gitlab gitlab-ce gitlab-ee gitlab-shell soft-serve onedev gerrit".split())
"""Images whose SSH is the protocol of git, without a shell."""


@rule(
    "SEC037",
    "remote-shell",
    Severity.WARNING,
    fix="use kubectl exec",
)
def remote_shell(container: Container) -> Iterator[Flag]:
    """A container offers SSH or Telnet: one more way in, with keys of its own that nobody rotates.

    A forge that speaks git over SSH gives nobody a shell.
    """
    if container.image.name in _GIT:
        return
    for index, port in enumerate(container.ports):
        if port in (22, 23, 2222):
            yield container.flag(f"it offers a remote shell on port {port}", "ports", index, "containerPort")
