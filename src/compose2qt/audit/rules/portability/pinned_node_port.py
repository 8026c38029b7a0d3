"""POR008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, number, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "POR008",
    "pinned-node-port",
    Severity.INFO,
    fix="leave nodePort out, so that the cluster picks a free one",
    kinds=("Service",),
)
def pinned_node_port(item: Object) -> Iterator[Flag]:
    """A Service claims one port of every node: a second copy of the system, or another team's, collides with it."""
    for index, port in enumerate(items(item.at("spec", "ports"))):
        if number(at(port, ("nodePort",))):
            yield flag(item, f"it claims port {text(port, 'nodePort')} of every node", "spec", "ports", index, "nodePort")
