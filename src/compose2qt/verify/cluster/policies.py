"""What NetworkPolicies let through, where a network plugin enforces them.

Plugins differ in whether a block of addresses covers pods: the API says that it is for addresses outside the cluster. So an
``ipBlock`` never counts for what must get through to a pod, and always for what must not.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from compose2qt.kube.selection import selects
from compose2qt.source import plain
from compose2qt.verify.cluster.world import port_numbers, selector_of
from compose2qt.verify.reading import entries, find, is_true, items, number, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Pod, World

Port = tuple[int, str]
"""Number and protocol."""
_OTHER: Port = (0, "any other port")
"""Stands for the ports that no rule names."""
_NAMES: Port = (53, "UDP")
# Of what the cluster's DNS is known by: the namespaces and the label of its pods, as installers make them.
_DNS_NAMESPACE = ("kubernetes.io/metadata.name", frozenset(("kube-system", "openshift-dns")))
_DNS_PODS = ("k8s-app", frozenset(("kube-dns", "coredns", "node-local-dns")))
CLOSED, CLOSED_BUT_FOR_NAMES = "none", "none, but for names"
_EVERYWHERE = ("0.0.0.0/0", "::/0")


class Passage(NamedTuple):
    """How one pod reaches another: on every port that is known, or on a part of them."""

    whole: bool
    ports: tuple[Port, ...] = (_OTHER,)
    """The ports that may be open."""
    how: str = ""
    """How a part of the way is open, for people."""


class Likeness(NamedTuple):
    """What counts of a pod that calls others: pods of which this is the same reach the same, in the same way."""

    namespace: str
    leaving: int = 0
    """The gate on its way out, by identity."""
    openings: frozenset[int] = frozenset()
    """The openings for which it is chosen, by identity."""


class PortRange(NamedTuple):
    """The ports of a rule; ``name`` is one that the callee's containers give a number."""

    protocol: str
    first: int = 0
    last: int = 0
    name: str = ""

    def includes(self, port: Port, numbers: Mapping[str, int]) -> bool:
        """Whether ``port`` of a pod with these named ports is one of them."""
        if port[1] != self.protocol:
            return False
        return numbers.get(self.name) == port[0] if self.name else not self.first or self.first <= port[0] <= self.last


class Opening(Struct, frozen=True, eq=False):
    """A rule of a policy: to or from whom, on which ports."""

    surely: frozenset[int]
    """Pods of the tree, by identity."""
    perhaps: frozenset[int]
    ports: tuple[PortRange, ...]
    """None: every port."""
    blocks: tuple[str, ...]
    """Blocks of addresses; what is excepted stands behind them."""
    strangers: bool
    """Whether pods outside the tree may be meant, or anybody."""
    names: bool
    """Whether it leads to the cluster's DNS."""

    def lists(self, port: Port, numbers: Mapping[str, int]) -> bool:
        """Whether the rule is about ``port``."""
        return not self.ports or any(one.includes(port, numbers) for one in self.ports)


class Gate(Struct, frozen=True, eq=False):
    """What the policies that close a pod in one direction open."""

    policies: tuple[Object, ...]
    openings: tuple[Opening, ...]
    finds_names: bool

    def is_whole(self, pod: int) -> bool:
        """Whether every port is open, surely."""
        return any(not one.ports and pod in one.surely for one in self.openings)

    def may_open(self, pod: int) -> bool:
        """Whether some port may be open."""
        return any(pod in one.perhaps for one in self.openings)

    def lets(self, pod: int, port: Port, numbers: Mapping[str, int], *, surely: bool) -> bool:
        """Whether a port is open."""
        return any(pod in (one.surely if surely else one.perhaps) and one.lists(port, numbers) for one in self.openings)


class Policies(Struct):
    """What NetworkPolicies let through. A pod that no policy selects for a direction is open in it."""

    world: World
    gates: dict[tuple[str, int], Gate] = field(default_factory=dict)
    """By direction (``ingress``, ``egress``) and pod."""
    _everybody: frozenset[int] = frozenset()
    _carriers: dict[tuple[str, ...], list[Pod]] = field(default_factory=dict)
    """Pods that policies are about by namespace, and by namespace with a label."""
    _homes: dict[str, dict[str, str]] = field(default_factory=dict)
    """The namespaces of these pods with their labels."""
    _chosen: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    """By the namespace of a policy and the text of a peer."""
    _openings: dict[tuple[str, str], Opening] = field(default_factory=dict)
    """By the namespace of a policy and the text of a rule."""
    _joined: dict[int, list[int]] = field(default_factory=dict)
    """By pod: the openings on the way in for which it is chosen."""

    @classmethod
    def of(cls, world: World) -> Policies | None:
        """The policies of ``world``; None if it has none, so that nothing needs to be asked."""
        found = [item for item in world.applied if item.kind == "NetworkPolicy"]
        if not found:
            return None
        pods = (*world.pods, *world.held_back)
        made = cls(world, _everybody=frozenset(map(id, pods)))
        for pod in pods:
            # Policies say nothing of pods with the network of their node.
            if not is_true(pod.node, "hostNetwork"):
                for key in ((pod.namespace,), *((pod.namespace, *label) for label in pod.labels.items())):
                    made._carriers.setdefault(key, []).append(pod)
        made._homes.update({key[0]: made._namespace_labels(key[0]) for key in made._carriers if len(key) == 1})
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            made._close(direction, peers, [item for item in found if _directs(item, direction)])
        return made

    def _close(self, direction: str, peers: str, policies: Iterable[Object]) -> None:
        held: dict[int, list[Object]] = {}
        openings: dict[int, list[Opening]] = {}
        for item in policies:
            openings[id(item)] = [self._opening(item, rule, peers) for rule in items(item.root, "spec", direction)]
            for pod in self._selected(self.world.namespace_of(item), item.at("spec", "podSelector")):
                held.setdefault(id(pod), []).append(item)
        made: dict[tuple[int, ...], Gate] = {}
        for pod_id, found in held.items():
            every = tuple(one for item in found for one in openings[id(item)])
            # Only of a gate that opens nothing is asked who closes it.
            key = tuple(map(id, every or found))
            if key not in made:
                made[key] = Gate(tuple(found), every, any(one.names and one.lists(_NAMES, {}) for one in every))
            self.gates[direction, pod_id] = made[key]
        if direction == "ingress":
            for opening in {id(one): one for gate in made.values() for one in gate.openings}.values():
                for chosen in opening.surely if opening.surely is not self._everybody else ():
                    self._joined.setdefault(chosen, []).append(id(opening))

    # Questions ------------------------------------------------------------------------------------------------------

    def passage(self, caller: Pod, callee: Pod, known: Iterable[Port]) -> Passage | None:
        """How ``caller`` finds and reaches ``callee``, of whose ports ``known`` are; None if it does not."""
        leaving, entering = self.gates.get(("egress", id(caller))), self.gates.get(("ingress", id(callee)))
        ways = [(gate, pod) for gate, pod in ((leaving, id(callee)), (entering, id(caller))) if gate is not None]
        if not all(gate.may_open(pod) for gate, pod in ways):
            return None
        finds_names = leaving is None or leaving.finds_names
        if finds_names and all(gate.is_whole(pod) for gate, pod in ways):
            return Passage(whole=True)
        return _part(ways, tuple(known), port_numbers(callee), finds_names=finds_names)

    def likeness(self, pod: Pod) -> Likeness:
        """What ``passage`` asks of a caller."""
        leaving = self.gates.get(("egress", id(pod)))
        joined = frozenset(self._joined.get(id(pod), ()))
        return Likeness(pod.namespace, 0 if leaving is None else id(leaving), joined)

    def openings(self, pod: Pod) -> tuple[Opening, ...] | None:
        """Those on the way in to ``pod``; None if one of them, or that there is no policy, is open to everybody."""
        gate = self.gates.get(("ingress", id(pod)))
        is_open = gate is None or any(one.perhaps is self._everybody for one in gate.openings)
        return None if gate is None or is_open else gate.openings

    def leaves(self, pod: Pod) -> str:
        """How much of the world outside the cluster ``pod`` does not reach; empty: it reaches all."""
        gate = self.gates.get(("egress", id(pod)))
        if gate is None or any(not one.ports and _is_everywhere(one.blocks) for one in gate.openings):
            return ""
        return "reached in part" if any(map(_leads_out, (b for one in gate.openings for b in one.blocks))) else "not reached"

    def admits(self, pod: Pod, port: Port) -> bool:
        """Whether somebody outside the tree may reach a port of ``pod``."""
        gate = self.gates.get(("ingress", id(pod)))
        numbers = port_numbers(pod)
        return gate is None or any((one.strangers or one.blocks) and one.lists(port, numbers) for one in gate.openings)

    def closed(self, pod: Pod) -> tuple[str, Object] | None:
        """That nothing comes in or goes out, as without any network, with a policy that says so; it may find names."""
        entering, leaving = self.gates.get(("ingress", id(pod))), self.gates.get(("egress", id(pod)))
        if entering is None or leaving is None or entering.openings or any(map(_is_used, leaving.openings)):
            return None
        return (CLOSED_BUT_FOR_NAMES if leaving.openings else CLOSED), entering.policies[0]

    # Reading --------------------------------------------------------------------------------------------------------

    def _opening(self, item: Object, rule: Node, key: str) -> Opening:
        """What a rule opens; rules that say the same share it."""
        home, shown = self.world.namespace_of(item), f"{key} {plain(rule)}"
        if (home, shown) not in self._openings:
            self._openings[home, shown] = self._made(home, rule, key)
        return self._openings[home, shown]

    def _made(self, home: str, rule: Node, key: str) -> Opening:
        peers = items(rule, key)
        blocks = tuple(
            " ".join((text(peer, "ipBlock", "cidr"), *texts(peer, "ipBlock", "except")))
            for peer in peers
            if find(peer, "ipBlock") is not None
        )
        chosen = [self._peers(home, peer) for peer in peers if find(peer, "ipBlock") is None]
        surely = frozenset[int]().union(*chosen) if peers else self._everybody
        return Opening(
            surely,
            self._everybody if any(map(_leads_out, blocks)) else surely,
            tuple(map(_port_range, items(rule, "ports"))),
            blocks or (() if peers else _EVERYWHERE),
            not peers or any(find(peer, "namespaceSelector") is not None for peer in peers),
            not peers or any(map(_may_be_dns, peers)),
        )

    def _peers(self, home: str, peer: Node) -> frozenset[int]:
        """The pods that a peer of a policy in ``home`` means."""
        shown = str(plain(peer))
        if (home, shown) not in self._chosen:
            namespaces, pods = find(peer, "namespaceSelector"), find(peer, "podSelector")
            meant = {home} if namespaces is None else {one for one, own in self._homes.items() if selects(namespaces, own)}
            self._chosen[home, shown] = frozenset(id(pod) for one in meant for pod in self._selected(one, pods))
        return self._chosen[home, shown]

    def _selected(self, namespace: str, selector: Node | None) -> Iterator[Pod]:
        """The pods that a selector means, also those that wait."""
        labels = selector_of(selector, "matchLabels").items()
        keys: list[tuple[str, ...]] = [(namespace, *label) for label in labels] or [(namespace,)]
        fewest = min((self._carriers.get(key, ()) for key in keys), key=len)
        return (pod for pod in fewest if selects(selector, pod.labels))

    def _namespace_labels(self, name: str) -> dict[str, str]:
        found = next((item for item in self.world.applied if item.kind == "Namespace" and item.name == name), None)
        labels = {key: text(value) for key, value in entries(found.root if found else None, "metadata", "labels").items()}
        return {"kubernetes.io/metadata.name": name, **labels}


def _part(
    ways: list[tuple[Gate, int]], known: tuple[Port, ...], numbers: Mapping[str, int], *, finds_names: bool
) -> Passage | None:
    """The ports of a way that is not open as a whole: those that are known, and those that a rule names."""
    named = (port for gate, _ in ways for one in gate.openings for port in _bounds(one, numbers))
    candidates = tuple(dict.fromkeys((*known, *named, _OTHER)))
    surely, perhaps = (
        tuple(port for port in candidates if all(gate.lets(pod, port, numbers, surely=sure) for gate, pod in ways))
        for sure in (True, False)
    )
    if not perhaps:
        return None
    if finds_names and surely and set(known) <= set(surely):
        return Passage(whole=True, ports=perhaps)
    shown = ", ".join(f"{number}/{protocol}" if number else protocol for number, protocol in surely)
    how = (f"on {shown}" if shown else "perhaps, by its address") if finds_names else "by its address alone"
    return Passage(whole=False, ports=perhaps, how=how)


def _bounds(opening: Opening, numbers: Mapping[str, int]) -> Iterator[Port]:
    for one in opening.ports:
        first = numbers.get(one.name, 0) if one.name else one.first
        if first:
            yield first, one.protocol
        elif not one.name:
            yield 0, one.protocol


def _directs(item: Object, direction: str) -> bool:
    types = texts(item.root, "spec", "policyTypes")
    if types:
        return direction.capitalize() in types
    return direction == "ingress" or item.at("spec", "egress") is not None


def _port_range(port: Node) -> PortRange:
    protocol, written = text(port, "protocol") or "TCP", text(port, "port")
    if not written or not written.isdecimal():
        return PortRange(protocol, name=written)
    return PortRange(protocol, int(written), number(port, "endPort") or int(written))


def _is_used(opening: Opening) -> bool:
    """Whether a rule leads anywhere but to the cluster's DNS."""
    return bool(opening.perhaps) or not opening.names or any(map(_leads_out, opening.blocks))


def _may_be_dns(peer: Node) -> bool:
    """Whether a peer may be the cluster's DNS, which is not part of the tree: what it is known by is not denied."""
    namespaces, pods = find(peer, "namespaceSelector"), find(peer, "podSelector")
    return namespaces is not None and _may_select(namespaces, _DNS_NAMESPACE) and _may_select(pods, _DNS_PODS)


def _may_select(selector: Node | None, known: tuple[str, frozenset[str]]) -> bool:
    key, values = known
    wanted = selector_of(selector, "matchLabels").get(key)
    if wanted is not None and wanted not in values:
        return False
    stated = [one for one in items(selector, "matchExpressions") if text(one, "key") == key]
    return all(values & set(texts(one, "values")) if text(one, "operator") == "In" else True for one in stated)


# Addresses --------------------------------------------------------------------------------------------------------------


def _is_everywhere(blocks: Iterable[str]) -> bool:
    """Whether a block holds every address but link-local ones: those are the node's, and the cloud's metadata."""
    return any(cidr in _EVERYWHERE and not any(map(_leads_out, without)) for cidr, *without in map(str.split, blocks))


def _leads_out(block: str) -> bool:
    """Whether a block holds addresses beyond the node."""
    cidr = block.split(maxsplit=1)[0] if block.split() else ""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return not (network.is_link_local or network.is_loopback or str(network) == "fd00:ec2::254/128")
