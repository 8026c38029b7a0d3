"""SEC028."""

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


_KEYS = ("snippet", "lua-resty", "auth-tls-secret-snippet")


@rule(
    "SEC028",
    "ingress-snippet",
    Severity.ERROR,
    fix="use an annotation or a filter of the Gateway API made for the purpose",
    kinds=("Ingress",),
)
def ingress_snippet(item: Object) -> Iterator[Flag]:
    """An annotation puts configuration straight into the ingress controller, which all namespaces share.

    Whoever may write it can read the controller's secrets (CVE-2021-25742); controllers refuse it by default.
    """
    for key in entries(item.at("metadata", "annotations")):
        if key.endswith("-snippet"):
            yield flag(
                item, f"{key.rpartition('/')[2]} runs in the controller of all namespaces", "metadata", "annotations", key
            )
