"""What the LimitRanges of a tree give containers that leave a request or a limit open.

Sources: Kubernetes, Limit Ranges; ``SetDefaults_LimitRangeItem`` (a bound stands in for a default: the most for the limit, the
limit's default or the least for the request); the admission plugin LimitRanger (what a container says itself stays).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.reading import entries, items, text
from compose2qt.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node


class Defaults(Struct, frozen=True):
    """Amounts by resource for containers that do not say them, and the LimitRanges that give them."""

    requests: dict[str, Node] = {}
    limits: dict[str, Node] = {}
    givers: tuple[str, ...] = ()

    def of(self, side: str, resource: str) -> Node | None:
        """What stands in for ``side`` (requests or limits) of ``resource``; None if nothing does."""
        return (self.requests if side == "requests" else self.limits).get(resource)


NOTHING = Defaults()
"""The defaults of a namespace without a LimitRange."""


def defaults(objects: Iterable[Object], namespace: str) -> Defaults:
    """What the LimitRanges among ``objects`` give the containers of ``namespace``; of several the first wins."""
    requests: dict[str, Node] = {}
    limits: dict[str, Node] = {}
    givers: list[str] = []
    for item in objects:
        if item.kind != "LimitRange" or (item.namespace and namespace and item.namespace != namespace):
            continue
        for entry in (one for one in items(item.root, "spec", "limits") if text(one, "type") == "Container"):
            limit = {**_amounts(entry, "max"), **_amounts(entry, "default")}
            request = {**_amounts(entry, "min"), **limit, **_amounts(entry, "defaultRequest")}
            limits, requests = {**limit, **limits}, {**request, **requests}
            givers += [item.id] * bool(request)
    return Defaults(requests, limits, tuple(dict.fromkeys(givers)))


def _amounts(entry: Node, name: str) -> dict[str, Node]:
    return {key: node for key, node in entries(entry, name).items() if isinstance(node, Scalar) and node.value is not None}
