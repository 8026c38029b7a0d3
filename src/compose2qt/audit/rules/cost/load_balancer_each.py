"""COS003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "COS003",
    "load-balancer-each",
    Severity.WARNING,
    fix="let one Gateway or Ingress serve them by host and path",
)
def load_balancer_each(system: System) -> Iterator[Flag]:
    """Several Services have a load balancer each: clouds charge for every one of them. Told once for the tree."""
    found = [item for item in system.of("Service") if item.text("spec", "type") == "LoadBalancer"]
    if len(found) > 1:
        yield flag(found[0], f"{len(found)} Services have a load balancer each", "spec", "type")
