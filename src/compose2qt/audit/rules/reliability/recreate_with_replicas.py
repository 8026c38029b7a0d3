"""REL017."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "REL017",
    "recreate-with-replicas",
    Severity.INFO,
    fix="use RollingUpdate, unless two versions must never run together",
    kinds=("Deployment",),
)
def recreate_with_replicas(item: Object, system: System) -> Iterator[Flag]:
    """A Deployment of several replicas stops all of them before it starts new ones: every rollout is an outage."""
    if item.text("spec", "strategy", "type") == "Recreate" and system.copies(item).most > 1:
        yield flag(item, f"a rollout stops all {system.copies(item)} replicas first", "spec", "strategy", "type")
