"""SEC005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC005",
    "privileged-container",
    Severity.ERROR,
    fix="leave it out, and add the single capability or device that the program needs",
)
def privileged_container(container: Container) -> Iterator[Flag]:
    """A privileged container has every right on its node. Pod Security: baseline."""
    if is_true(container.at("securityContext", "privileged")):
        yield container.flag(f"container {container.name} has every right on its node", "securityContext", "privileged")
