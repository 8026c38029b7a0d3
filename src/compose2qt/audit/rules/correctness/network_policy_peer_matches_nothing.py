"""COR016."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, entries, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR016",
    "network-policy-peer-matches-nothing",
    Severity.WARNING,
    fix="make the peer's selector equal to the labels of the pods that it should admit",
    kinds=("NetworkPolicy",),
)
def network_policy_peer_matches_nothing(item: Object, system: System) -> Iterator[Flag]:
    """A NetworkPolicy admits pods of its own namespace by labels that no pod of the tree has: it admits nobody."""
    for side, peers in (("ingress", "from"), ("egress", "to")):
        for number, entry in enumerate(items(item.at("spec", side))):
            for index, peer in enumerate(items(at(entry, (peers,)))):
                selector = at(peer, ("podSelector",))
                is_own = at(peer, ("namespaceSelector",)) is None
                if is_own and entries(selector) and not system.matched(selector, item):
                    path = ("spec", side, number, peers, index, "podSelector")
                    yield flag(item, "a peer's selector matches no pod of the tree", *path)
