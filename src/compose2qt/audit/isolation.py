"""Which pods NetworkPolicies let connect: a pod that none selects is open, one that some select is open to what they admit.

Source: ``networking.k8s.io/v1`` NetworkPolicySpec. What a policy says by addresses, or by labels of namespaces that are not in
the tree, is taken to admit: nobody is said to be kept out who may not be.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from compose2qt.audit.subject import labels, number, text
from compose2qt.kube.reading import at, has, items
from compose2qt.kube.selection import selects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.audit.subject import Pod
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node

_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has."""
_SIDES = {"ingress": ("Ingress", "from"), "egress": ("Egress", "to")}


class Isolation:
    """What the NetworkPolicies of a tree admit between its ``pods``."""

    def __init__(self, policies: Iterable[Object], pods: Iterable[Pod], namespaces: Iterable[Object]) -> None:
        self._policies, self._pods = tuple(policies), tuple(pods)
        self._labels = {item.name: _labels(item) for item in namespaces}

    @cached_property
    def _selecting(self) -> dict[tuple[int, str], list[Object]]:
        """The policies about each pod, by side."""
        found: dict[tuple[int, str], list[Object]] = defaultdict(list)
        for policy in self._policies:
            sides = [side for side in _SIDES if _directs(policy, side)]
            for pod in self._pods:
                if pod.object.namespace == policy.namespace and selects(policy.at("spec", "podSelector"), pod.labels):
                    for side in sides:
                        found[id(pod), side].append(policy)
        return found

    def barrier(self, caller: Pod, called: Pod, port: int | None) -> tuple[Object, str] | None:
        """A policy, and its side, that keeps ``caller`` from ``port`` of ``called`` by TCP; None if nothing does.

        Without a port the question is whether any is open.
        """
        for side, own, other in (("ingress", called, caller), ("egress", caller, called)):
            policies = self._selecting.get((id(own), side), [])
            if policies and not any(self._admits(one, side, other, called, port) for one in policies):
                return policies[0], side
        return None

    def _admits(self, policy: Object, side: str, other: Pod, called: Pod, port: int | None) -> bool:
        for entry in items(policy.at("spec", side)):
            peers = items(at(entry, (_SIDES[side][1],)))
            if (not peers or any(self._meets(peer, policy, other) for peer in peers)) and _opens(entry, called, port):
                return True
        return False

    def _meets(self, peer: Node, policy: Object, other: Pod) -> bool:
        if has(peer, "ipBlock"):
            return True
        home = other.object.namespace
        if has(peer, "namespaceSelector"):
            known = self._labels.get(home)
            wanted = at(peer, ("namespaceSelector",))
            is_there = known is None or selects(wanted, known)
        else:
            is_there = home == policy.namespace
        selector = at(peer, ("podSelector",))
        return is_there and (selector is None or selects(selector, other.labels))


def target_ports(service: Object, port: int | None, pod: Pod) -> tuple[int | None, ...]:
    """The ports of ``pod`` to which ``port`` of ``service`` leads: None for one that is not known; nothing if it has none."""
    if port is None or service.text("spec", "clusterIP") == "None":
        return (port,)
    found: list[int | None] = []
    for item in items(service.at("spec", "ports")):
        if number(at(item, ("port",))) == port:
            target = text(item, "targetPort") or str(port)
            found += [int(target)] if target.isdecimal() else list(pod.named(target)) or [None]
    return tuple(found)


def _labels(namespace: Object) -> dict[str, str]:
    return {_NAME: namespace.name, **labels(namespace.at("metadata", "labels"))}


def _directs(policy: Object, side: str) -> bool:
    """Whether a policy is about this side: as ``policyTypes`` says, else ingress, and egress where it has rules."""
    types = [text(one) for one in items(policy.at("spec", "policyTypes"))]
    return _SIDES[side][0] in types if types else side == "ingress" or policy.at("spec", "egress") is not None


def _opens(entry: Node, called: Pod, port: int | None) -> bool:
    ports = items(at(entry, ("ports",)))
    return not ports or any(_is_open(one, called, port) for one in ports)


def _is_open(opened: Node, called: Pod, port: int | None) -> bool:
    if text(opened, "protocol") not in ("", "TCP"):
        return False
    written = text(opened, "port")
    if port is None or not written:
        return True
    if not written.isdecimal():
        return port in called.named(written)
    return int(written) <= port <= max(int(written), number(at(opened, ("endPort",))))
