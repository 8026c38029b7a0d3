"""REL015."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "REL015",
    "stale-image",
    Severity.WARNING,
    fix="name a version; while the tag floats, set imagePullPolicy to Always",
)
def stale_image(container: Container) -> Iterator[Flag]:
    """A floating tag with a pull policy that keeps old copies: each node runs what it pulled first.

    Without a policy, Kubernetes pulls `latest` always; `IfNotPresent` and `Never` are flagged.
    """
    image = container.image
    floats = not image.digest and image.tag in ("", "latest", "stable", "main", "master", "edge", "nightly")
    if image.registry and floats and container.text("imagePullPolicy") in ("IfNotPresent", "Never"):
        yield container.flag("each node keeps the version that it pulled first", "imagePullPolicy")
