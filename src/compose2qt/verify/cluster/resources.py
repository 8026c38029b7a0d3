"""Requests and limits as the API server completes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.reading import entries, find, text
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Container, World

_READ = ("cpu", "memory")
_SIDES = (("limits", "limit"), ("requests", "reservation"))


def resources(container: Container, world: World) -> Iterator[Fact]:
    """How much the container may use and what is kept for it.

    A limit without a request is the request too; what is then still absent comes from the namespace's LimitRanges.
    """
    for resource in _READ:
        for side, word in _SIDES:
            node = stated(container, world, side, resource)
            if node is not None:
                yield Fact(Aspect.RESOURCES, f"{resource} {word}", shown_amount(text(node), resource), node.span)
    for name, node in entries(container.node, "resources", "limits").items():
        if "/" in name:
            item = "gpu" if name.endswith(("/gpu", ".gpu")) or "gpu" in name else name
            yield Fact(Aspect.RESOURCES, item, text(node), node.span)
        elif name == "ephemeral-storage":
            yield Fact(Aspect.RESOURCES, "disk limit", shown_amount(text(node), "memory"), node.span)
        elif name not in _READ:
            yield Fact(Aspect.RESOURCES, f"{name} limit", shown_amount(text(node), "memory"), node.span)
    limits = entries(container.node, "resources", "limits")
    for name, node in entries(container.node, "resources", "requests").items():
        if name not in _READ and (name not in limits or text(limits[name]) != text(node)):
            yield Fact(Aspect.RESOURCES, f"{name} reservation", shown_amount(text(node), "memory"), node.span)


def stated(container: Container, world: World, side: str, resource: str) -> Node | None:
    """The amount on one side (``requests``, ``limits``) as the API server completes it; None if there is none."""
    node = find(container.node, "resources", side, resource)
    if node is None and side == "requests":
        node = find(container.node, "resources", "limits", resource)
    return node or world.defaults(container.pod.namespace).get((side, resource))


def shown_amount(written: str, resource: str) -> str:
    """A quantity in one unit: milli of a CPU, binary units of the rest."""
    try:
        quantity = Quantity.parse(written)
    except ValueError:
        return f"{written}, which is no quantity"
    if resource == "cpu":
        return quantity.milli
    return quantity.binary if quantity.amount == int(quantity.amount) else f"{written}: a fraction of a byte"
