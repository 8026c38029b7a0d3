"""MIG006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.workload import Loss


@rule(
    "MIG006",
    "development-mount-dropped",
    Severity.INFO,
    fix="build the image with the code in it: COPY in the Dockerfile, and a target stage for production",
)
def development_mount_dropped(loss: Loss) -> Iterator[Flag]:
    """The Compose service mounted its source code over the image. In the cluster it runs what the image holds."""
    if loss.code in ("volumes.development", "volumes.assumed-code", "volumes.partly-in-image"):
        yield Flag(f"{loss.service} runs the code that its image holds", span=loss.span)
