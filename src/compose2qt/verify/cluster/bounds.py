"""LimitRanges: the least and the most that a container, a pod or a claim may ask for. Source: ``plugin/.../limitranger``."""

from __future__ import annotations

import operator
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from compose2qt.verify.cluster.admission import CLAIM, measured, refusal
from compose2qt.verify.cluster.resources import stated
from compose2qt.verify.reading import entries, find, items, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Container, Pod, World
    from compose2qt.verify.contract import Fact

    Asked = Callable[[str, str], "Decimal | None"]
    """How much is asked for on a side (``requests``, ``limits``) of a resource; None if nothing is."""


class Bounds:
    """The LimitRanges of a tree held against its pods."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._limits: dict[str, list[tuple[Object, Node]]] = {}
        for item in world.applied:
            if item.kind == "LimitRange":
                rows = self._limits.setdefault(world.namespace_of(item), [])
                rows += ((item, limit) for limit in items(item.root, "spec", "limits"))

    def facts(self, pod: Pod) -> Iterator[Fact]:
        """What keeps ``pod`` from being made."""
        for item, limit in self._limits.get(pod.namespace, ()):
            for who, asked in self._asking(pod, text(limit, "type")):
                for what, node in _breaches(limit, asked):
                    yield refusal(f"refused: {item.id} allows {who} {what}", node.span)

    def _asking(self, pod: Pod, kind: str) -> Iterator[tuple[str, Asked]]:
        """What a limit of some kind is held against."""
        if kind == "Container":
            for container in pod.containers:
                yield f"container {container.name}", partial(self._of_container, container)
        elif kind == "Pod":
            yield "a pod", partial(self._of_pod, pod)
        elif kind == CLAIM:
            for name, claim in self._claims(pod):
                yield f"the claim {name}", partial(_of_claim, claim)

    def _of_container(self, container: Container, side: str, resource: str) -> Decimal | None:
        node = stated(container, self.world, side, resource)
        return None if node is None else measured(text(node))

    def _of_pod(self, pod: Pod, side: str, resource: str) -> Decimal | None:
        asked = ((each.role, self._of_container(each, side, resource)) for each in pod.containers)
        known = [(role, number) for role, number in asked if number is not None]
        together = sum((number for role, number in known if role != "init"), Decimal(0))
        return max([together, *(number for role, number in known if role == "init")]) if known else None

    def _claims(self, pod: Pod) -> Iterator[tuple[str, Node]]:
        for template in items(pod.item.root, "spec", "volumeClaimTemplates"):
            yield text(template, "metadata", "name"), template
        for volume in items(pod.node, "volumes"):
            name = text(volume, "persistentVolumeClaim", "claimName")
            if (claim := self.world.index.get((CLAIM, pod.namespace, name))) is not None:
                yield name, claim.root


def _of_claim(claim: Node, _: str, resource: str) -> Decimal | None:
    node = find(claim, "spec", "resources", "requests", resource)
    return None if node is None else measured(text(node))


def _breaches(limit: Node, asked: Asked) -> Iterator[tuple[str, Node]]:
    for key, word, side, is_beyond in (
        ("min", "no less than", "requests", operator.lt),
        ("max", "no more than", "limits", operator.gt),
    ):
        for resource, node in entries(limit, key).items():
            both = [number for each in ("requests", "limits") if (number := asked(each, resource)) is not None]
            if asked(side, resource) is None or any(is_beyond(number, measured(text(node))) for number in both):
                yield f"{word} {text(node)} {resource}", node
    for resource, node in entries(limit, "maxLimitRequestRatio").items():
        request, most = asked("requests", resource), asked("limits", resource)
        if not request or not most or most / request > measured(text(node)):
            yield f"no limit of {resource} above {text(node)} times the request", node
