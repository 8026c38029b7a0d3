"""POR014."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "POR014",
    "local-registry",
    Severity.WARNING,
    fix="push it to a registry that every node reaches",
)
def local_registry(container: Container) -> Iterator[Flag]:
    """An image comes from a registry on the developer's machine: on a node, `localhost` is the node."""
    if container.image.registry.partition(":")[0] in ("localhost", "127.0.0.1", "host.docker.internal"):
        yield container.flag(f"{container.image.registry} is another machine on every node", "image")
