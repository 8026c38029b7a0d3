"""SEC016."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC016",
    "writable-root-filesystem",
    Severity.INFO,
    fix="set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where the program writes",
)
def writable_root_filesystem(container: Container) -> Iterator[Flag]:
    """A program can change its own files, and so can whoever breaks into it."""
    if not is_true(container.at("securityContext", "readOnlyRootFilesystem")):
        message = f"container {container.name} can change its own program"
        yield container.flag(message, "securityContext", "readOnlyRootFilesystem")
