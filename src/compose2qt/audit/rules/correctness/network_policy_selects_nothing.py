"""COR015."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR015",
    "network-policy-selects-nothing",
    Severity.WARNING,
    fix="make the selector equal to the labels of the pods that it should protect",
    kinds=("NetworkPolicy",),
)
def network_policy_selects_nothing(item: Object, system: System) -> Iterator[Flag]:
    """A NetworkPolicy whose selector matches no pod of the tree protects nothing, and looks as if it did."""
    selector = item.at("spec", "podSelector")
    if entries(selector) and not system.matched(selector, item):
        yield flag(item, "its selector matches no pod of the tree", "spec", "podSelector")
