"""REL026."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "REL026",
    "bound-to-node",
    Severity.WARNING,
    fix="select nodes by what they have (a label of your own), not by name",
)
def bound_to_node(pod: Pod) -> Iterator[Flag]:
    """A pod runs on one named node only: when the node is replaced, it stays Pending."""
    if pod.text("nodeName"):
        yield pod.flag(f"it runs on the node {pod.text('nodeName')} only", "nodeName")
    if pod.at("nodeSelector", "kubernetes.io/hostname") is not None:
        yield pod.flag("it runs on one named node only", "nodeSelector", "kubernetes.io/hostname")
