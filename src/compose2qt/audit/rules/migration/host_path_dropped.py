"""MIG004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.workload import Loss


@rule(
    "MIG004",
    "host-path-dropped",
    Severity.ERROR,
    fix="bring the files into the image, a ConfigMap or a claim",
)
def host_path_dropped(loss: Loss) -> Iterator[Flag]:
    """The Compose service reads files of its host, outside the project. No node of a cluster has them."""
    if loss.code == "volumes.host-path":
        yield Flag(f"{loss.service} loses files of the host: {loss.reason}", span=loss.span)
