"""REL014."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_VERSION = re.compile(r"\d+\.\d+|[0-9a-f]{7,40}\Z|\d{6,}")


@rule(
    "REL014",
    "image-floating-tag",
    Severity.INFO,
    fix="name the full version (redis:7.4.1), better a digest",
)
def image_floating_tag(container: Container) -> Iterator[Flag]:
    """A tag that names a line of versions (`7`, `alpine`, `stable`, `main`) moves on: tomorrow's pull is another program."""
    image = container.image
    if image.tag and image.tag != "latest" and not image.digest and not _VERSION.search(image.tag):
        yield container.flag(f"the tag {image.tag} of {image.name} moves on", "image")
