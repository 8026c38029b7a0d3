"""POR009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "POR009",
    "bound-to-architecture",
    Severity.INFO,
    fix="build the image for both architectures (docker buildx), and leave the selector out",
)
def bound_to_architecture(pod: Pod) -> Iterator[Flag]:
    """A pod runs on nodes of one processor architecture only."""
    for key in ("kubernetes.io/arch", "beta.kubernetes.io/arch"):
        if pod.at("nodeSelector", key) is not None:
            yield pod.flag(f"it runs on {pod.text('nodeSelector', key)} only", "nodeSelector", key)
