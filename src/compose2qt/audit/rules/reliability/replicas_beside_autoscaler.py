"""REL023."""

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
    "REL023",
    "replicas-beside-autoscaler",
    Severity.WARNING,
    fix="leave spec.replicas out",
    kinds=("HorizontalPodAutoscaler",),
)
def replicas_beside_autoscaler(item: Object, system: System) -> Iterator[Flag]:
    """A workload states its replicas although an autoscaler owns them: each apply throws the autoscaler's number away."""
    target = system.get(item.text("spec", "scaleTargetRef", "kind"), item.text("spec", "scaleTargetRef", "name"), item)
    if target is not None and target.at("spec", "replicas") is not None:
        yield flag(target, f"{item.id} owns the number of replicas", "spec", "replicas")
