"""REL001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "REL001",
    "image-without-tag",
    Severity.WARNING,
    fix="name the version that was tested: a tag, better a digest",
)
def image_without_tag(container: Container) -> Iterator[Flag]:
    """An image without tag or digest means `latest`: what runs after the next restart is not what was tested."""
    image = container.image
    if image.reference and not image.tag and not image.digest:
        yield container.flag(f"the image {image.reference} has no tag", "image")
