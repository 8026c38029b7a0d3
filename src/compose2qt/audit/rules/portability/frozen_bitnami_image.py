"""POR003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "POR003",
    "frozen-bitnami-image",
    Severity.WARNING,
    fix="use the official image of the program, or one that you build",
)
def frozen_bitnami_image(container: Container) -> Iterator[Flag]:
    """Bitnami's free images got no versions any more since August 2025: old tags moved to `bitnamilegacy`, without fixes."""
    if container.image.repository.startswith(("bitnami/", "bitnamilegacy/")):
        yield container.flag(f"{container.image.repository} gets no fixes any more", "image")
