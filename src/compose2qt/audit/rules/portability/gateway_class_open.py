"""POR006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "POR006",
    "gateway-class-open",
    Severity.ERROR,
    fix="name the GatewayClass of the cluster (kubectl get gatewayclass)",
    kinds=("Gateway",),
)
def gateway_class_open(item: Object) -> Iterator[Flag]:
    """A Gateway names no class, or a placeholder. There is no default class: nobody serves it."""
    name = item.text("spec", "gatewayClassName")
    if not name or "replace" in name.lower() or name.startswith("<"):
        yield flag(item, "it belongs to no GatewayClass", "spec", "gatewayClassName")
