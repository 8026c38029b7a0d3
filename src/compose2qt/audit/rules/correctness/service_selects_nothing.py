"""COR005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, labels
from compose2qt.audit.system import is_external
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR005",
    "service-selects-nothing",
    Severity.ERROR,
    fix="make the selector equal to labels of the pods that should answer",
    kinds=("Service",),
)
def service_selects_nothing(item: Object, system: System) -> Iterator[Flag]:
    """A Service whose selector matches the labels of no pod in the tree: its name resolves and nothing answers."""
    selector = labels(item.at("spec", "selector"))
    if selector and not is_external(item) and not system.behind(item):
        wanted = ", ".join(f"{key}={value}" for key, value in selector.items())
        yield flag(item, f"no pod has the labels {wanted}", "spec", "selector")
