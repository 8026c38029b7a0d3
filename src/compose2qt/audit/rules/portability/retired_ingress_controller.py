"""POR002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "POR002",
    "retired-ingress-controller",
    Severity.WARNING,
    fix="move to a controller that is maintained, or to the Gateway API (ingress2gateway translates the annotations)",
    kinds=("Ingress",),
)
def retired_ingress_controller(item: Object) -> Iterator[Flag]:
    """An Ingress is written for ingress-nginx, which was retired in March 2026: no releases, no security fixes.

    The class name `nginx` may belong to F5's controller, which lives on; annotations of `nginx.ingress.kubernetes.io` do not.
    """
    annotations = entries(item.at("metadata", "annotations"))
    key = next((key for key in annotations if key.startswith("nginx.ingress.kubernetes.io/")), "")
    if key:
        yield flag(item, f"{key} is read by ingress-nginx, which is retired", "metadata", "annotations", key)
    elif "nginx" in (
        item.text("spec", "ingressClassName"),
        item.text("metadata", "annotations", "kubernetes.io/ingress.class"),
    ):
        yield flag(item, "the class nginx usually means ingress-nginx, which is retired", "spec", "ingressClassName")
