"""POR007."""

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
    "POR007",
    "load-balancer-needed",
    Severity.INFO,
    fix="on clusters without a cloud, install MetalLB or use a Gateway; on kind, cloud-provider-kind",
    kinds=("Service",),
)
def load_balancer_needed(item: Object) -> Iterator[Flag]:
    """A Service of type LoadBalancer stays without an address where no cloud gives it one (kind, minikube, bare metal)."""
    if item.text("spec", "type") == "LoadBalancer":
        yield flag(item, "its address comes from the cloud that the cluster runs in", "spec", "type")
