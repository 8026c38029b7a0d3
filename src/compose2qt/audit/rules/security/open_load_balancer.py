"""SEC025."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text, texts
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "SEC025",
    "open-load-balancer",
    Severity.INFO,
    fix="limit it with loadBalancerSourceRanges, make it internal, or use a Gateway",
    kinds=("Service",),
)
def open_load_balancer(item: Object) -> Iterator[Flag]:
    """A load balancer accepts connections from everywhere on the internet."""
    noted = entries(item.at("metadata", "annotations"))
    is_internal = any("internal" in key and text(value).lower() != "false" for key, value in noted.items())
    ranges = texts(item.at("spec", "loadBalancerSourceRanges"))
    is_open = not ranges or "0.0.0.0/0" in ranges
    if item.text("spec", "type") == "LoadBalancer" and is_open and not is_internal:
        yield flag(item, "everybody can connect to it", "spec", "loadBalancerSourceRanges")
