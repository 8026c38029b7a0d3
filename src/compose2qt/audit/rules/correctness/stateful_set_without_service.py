"""COR045."""

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
    "COR045",
    "stateful-set-without-service",
    Severity.ERROR,
    fix="add a headless Service of that name, or correct the name",
    kinds=("StatefulSet",),
)
def stateful_set_without_service(item: Object, system: System) -> Iterator[Flag]:
    """A StatefulSet names a governing Service that the tree does not hold: its pods get no names of their own."""
    name = item.text("spec", "serviceName")
    if name and not system.get("Service", name, item):
        yield flag(item, f"no Service {name} is in the tree", "spec", "serviceName")
