"""REL002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "REL002",
    "image-latest-tag",
    Severity.WARNING,
    fix="name the version that was tested: a tag, better a digest",
)
def image_latest_tag(container: Container) -> Iterator[Flag]:
    """The tag `latest` moves: two nodes can run different programs, and a rollback has nothing to go back to."""
    image = container.image
    if image.tag == "latest" and not image.digest:
        yield container.flag(f"the image {image.reference} floats", "image")
