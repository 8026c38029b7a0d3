"""Which pods can have a claim at the same time: one of a single node, or of a single pod, is not for all of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.kube.selection import selects
from compose2qt.source import plain
from compose2qt.verify.cluster.life import scale
from compose2qt.verify.reading import find, items, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Pod, World

_HOSTNAME = "kubernetes.io/hostname"
ONE_POD = "but the claim is one pod's alone (ReadWriteOncePod)"
ONE_NODE = "but the claim is attached to one node (ReadWriteOnce), and nothing keeps these pods on one"


class Attachments:
    """The pods that have each claim, and what keeps them together."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._users: dict[tuple[str, str], list[Pod]] = {}
        for pod in world.pods:
            for volume in items(pod.node, "volumes"):
                if name := text(volume, "persistentVolumeClaim", "claimName"):
                    self._users.setdefault((pod.namespace, name), []).append(pod)
        self._shown: dict[tuple[str, str], str] = {}

    def obstacle(self, namespace: str, claim: str) -> str:
        """Why the pods that have ``claim`` cannot all have it; empty if they can."""
        key = (namespace, claim)
        if key not in self._shown:
            self._shown[key] = self._obstacle(namespace, claim, list(dict.fromkeys(self._users.get(key, ()))))
        return self._shown[key]

    def _obstacle(self, namespace: str, claim: str, pods: list[Pod]) -> str:
        held = self.world.index.get(("PersistentVolumeClaim", namespace, claim))
        modes = set(texts(held.root, "spec", "accessModes")) if held is not None else set()
        running = [(pod, most) for pod in pods if (most := _most(pod, self.world)) != 0]
        if held is None or (len(running) == 1 and running[0][1] == 1) or not running:
            return ""
        if modes == {"ReadWriteOncePod"}:
            return ONE_POD
        if modes != {"ReadWriteOnce"} or self._is_of_a_node(held) or self._are_together(running):
            return ""
        return ONE_NODE

    def _is_of_a_node(self, claim: Object) -> bool:
        """Whether the volume is on one node, so that its pods go there."""
        named = claim.text("spec", "volumeName")
        volume = next((one for one in self.world.applied if (one.kind, one.name) == ("PersistentVolume", named)), None)
        return volume is not None and find(volume.root, "spec", "nodeAffinity") is not None

    def _are_together(self, running: list[tuple[Pod, int | None]]) -> bool:
        """Whether one node is given, or what each pod must be beside leads from any of them to all, itself included."""
        nodes = {_node(pod) for pod, _ in running}
        if len(nodes) == 1 and "" not in nodes:
            return True
        kept = {id(pod): {id(one) for group in self._kept_with(pod) for one in group} for pod, _ in running}
        if any(most != 1 and id(pod) not in kept[id(pod)] for pod, most in running):
            return False
        met, new = set[int](), {id(running[0][0])}
        while new:
            met |= new
            new = {one for key, others in kept.items() if ({key} | others) & met for one in {key} | others} - met
        return met >= kept.keys()

    def _kept_with(self, pod: Pod) -> Iterator[list[Pod]]:
        """The pods on whose node ``pod`` must run: a single one, or several that are kept together in the same way."""
        for selector in _terms(pod):
            group = [other for other in self.world.pods if other.namespace == pod.namespace and selects(selector, other.labels)]
            single = len(group) == 1 and _most(group[0], self.world) == 1
            if group and (single or all(plain(selector) in map(plain, _terms(other)) for other in group)):
                yield group


def _terms(pod: Pod) -> Iterator[Node]:
    for term in items(pod.node, "affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution"):
        selector = find(term, "labelSelector")
        if text(term, "topologyKey") == _HOSTNAME and selector is not None and not items(term, "namespaces"):
            yield selector


def _node(pod: Pod) -> str:
    return text(pod.node, "nodeName") or text(pod.node, "nodeSelector", _HOSTNAME)


def _most(pod: Pod, world: World) -> int | None:
    """How many pods may run at a time; None: nobody knows, as one on each node."""
    found = re.search(r"(\d+)\Z", str(scale(pod.item, world).value))
    return int(found[1]) if found else None
