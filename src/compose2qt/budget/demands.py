"""What pods demand of the node that they go to, as far as a tree says it: neighbours, spread, ports, claims.

Sources: the scheduler's plugins InterPodAffinity, PodTopologySpread, NodePorts, VolumeRestrictions. Nodes have no labels here
but their host name, so what asks for another label (a zone, a disk) is listed as open, and so are devices and other resources.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct

from compose2qt.budget.pod import RESOURCES
from compose2qt.kube.reading import at, entries, has, items, number, text, texts
from compose2qt.kube.selection import selects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node

_HOST = "kubernetes.io/hostname"
_EVERYWHERE = {"kubernetes.io/os": "linux", "beta.kubernetes.io/os": "linux"}
"""Labels that the nodes are taken to have."""
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_SINGLE = ("ReadWriteOnce", "ReadWriteOncePod")
_REVISIONS = ("pod-template-hash", "controller-revision-hash")
"""Labels that no template states: only the pods of one workload share their value."""


Key: TypeAlias = tuple[int, str]
"""What claims are told apart by: the object, and which claim of it."""


class Spread(NamedTuple):
    """How even the pods of ``watched`` (numbers of workloads) must be: no node has ``skew`` more than the emptiest.

    With fewer nodes than ``domains`` the emptiest is taken to have none.
    """

    watched: frozenset[int]
    skew: int
    domains: int


class HostPort(NamedTuple):
    """A port of the node itself."""

    protocol: str
    address: str
    port: int

    def collides(self, other: HostPort) -> bool:
        """Whether one node cannot give both."""
        same = self.protocol == other.protocol and self.port == other.port
        return same and (self.address == other.address or "0.0.0.0" in (self.address, other.address))  # noqa: S104 - compared


class Mounted(NamedTuple):
    """A claim of one node that pods mount; ``alone`` if only one pod may."""

    key: Key
    name: str
    alone: bool

    def numbered(self, ordinal: int) -> Mounted:
        """The claim of the pod with this number, made from a template."""
        return self._replace(key=(self.key[0], f"{self.key[1]}-{ordinal}"))


class Demand(Struct, frozen=True):
    """What one workload's pods demand; workloads are named by their number."""

    apart: frozenset[int] = frozenset()
    """Whose pods may not be on its nodes: it says so, or they do."""
    beside: tuple[frozenset[int], ...] = ()
    """Of each of these somebody has to be on its node."""
    spreads: tuple[Spread, ...] = ()
    ports: frozenset[HostPort] = frozenset()
    claims: tuple[Mounted, ...] = ()
    templates: tuple[Mounted, ...] = ()
    """Claims of which each pod has its own, by the number of the pod."""
    first: int = 0
    """The number of its first pod."""
    open: tuple[str, ...] = ()
    """What is not looked at here."""


def demands(tree: Tree, workloads: Sequence[Object | None]) -> tuple[Demand, ...]:
    """What each of ``workloads`` of ``tree`` demands, in their order; None demands nothing."""
    neighbours = _Neighbours(workloads)
    shared = _Claims(tree)
    keeping = [[frozenset(neighbours.meant(item, term)) for term in _terms(item, "podAntiAffinity")] for item in workloads]
    apart = [set[int]().union(*found) for found in keeping]
    for number_, found in enumerate(keeping):
        for other in set[int]().union(*found):
            apart[other].add(number_)
    return tuple(
        Demand() if item is None else _demand(item, frozenset(apart[index]), neighbours, shared)
        for index, item in enumerate(workloads)
    )


def _demand(item: Object, apart: frozenset[int], neighbours: _Neighbours, shared: _Claims) -> Demand:
    pod = _pod(item)
    return Demand(
        apart,
        tuple(neighbours.meant(item, term) for term in _terms(item, "podAffinity")),
        tuple(_spreads(item, neighbours)),
        frozenset(_ports(pod)),
        tuple(shared.mounted(item)),
        tuple(shared.templates(item)),
        number(item.root, "spec", "ordinals", "start") or 0,
        tuple(dict.fromkeys((*_open(pod), *shared.bound(item)))),
    )


def _pod(item: Object | None) -> Node | None:
    return item.at(*item.pod_path) if item is not None and item.pod_path else None


def _labels(item: Object) -> dict[str, str]:
    return texts(item.root, *(str(step) for step in (item.pod_path or ())[:-1]), "metadata", "labels")


def _terms(item: Object | None, field: str) -> Iterator[Node]:
    """The required terms about nodes by their name."""
    return (term for term in items(_pod(item), "affinity", field, _REQUIRED) if text(term, "topologyKey") == _HOST)


class _Neighbours:
    """Which workloads a selector of another's pods means."""

    def __init__(self, workloads: Sequence[Object | None]) -> None:
        self.known = {index: item for index, item in enumerate(workloads) if item is not None}
        self.numbers = {id(item): index for index, item in self.known.items()}
        self.labels = {index: _labels(item) for index, item in self.known.items()}
        self.by_label: dict[tuple[str, str], set[int]] = defaultdict(set)
        for index, labels in self.labels.items():
            for label in labels.items():
                self.by_label[label].add(index)

    def meant(self, item: Object | None, term: Node) -> frozenset[int]:
        """The workloads whose pods ``term`` of ``item`` selects; none without a selector."""
        if item is None or not has(term, "labelSelector"):
            return frozenset()
        selector, own = at(term, ("labelSelector",)), self.labels[self.numbers[id(item)]]
        keys = [text(key) for key in items(term, "matchLabelKeys")]
        if any(key in _REVISIONS for key in keys):
            candidates: Iterable[int] = (self.numbers[id(item)],)
        else:
            wanted = [*texts(selector, "matchLabels").items(), *((key, own[key]) for key in keys if key in own)]
            candidates = set[int].intersection(*(self.by_label[label] for label in wanted)) if wanted else self.known
        named = {text(name) for name in items(term, "namespaces")} or {item.namespace}
        anywhere = has(term, "namespaceSelector") or "" in named
        return frozenset(
            one
            for one in candidates
            if selects(selector, self.labels[one]) and (anywhere or self.known[one].namespace in {"", *named})
        )


def _spreads(item: Object, neighbours: _Neighbours) -> Iterator[Spread]:
    for term in items(_pod(item), "topologySpreadConstraints"):
        if text(term, "topologyKey") == _HOST and text(term, "whenUnsatisfiable") != "ScheduleAnyway":
            skew, domains = number(term, "maxSkew") or 1, number(term, "minDomains") or 1
            yield Spread(neighbours.meant(item, term), skew, domains)


def _ports(pod: Node | None) -> Iterator[HostPort]:
    on_host = getattr(at(pod, ("hostNetwork",)), "value", False) is True
    for field in ("containers", "initContainers"):
        for container in items(pod, field):
            if field == "initContainers" and text(container, "restartPolicy") != "Always":
                continue
            for port in items(container, "ports"):
                taken = number(port, "hostPort") or (number(port, "containerPort") if on_host else None)
                if taken:
                    yield HostPort(text(port, "protocol") or "TCP", text(port, "hostIP") or "0.0.0.0", taken)  # noqa: S104 - read


class _Claims:
    """The claims of a tree that only one node can mount."""

    def __init__(self, tree: Tree) -> None:
        self.stated: dict[str, list[tuple[Object, Mounted]]] = defaultdict(list)
        for item in tree.of_kind("PersistentVolumeClaim"):
            if item.applied and (alone := _is_alone(at(item.root, ("spec",)))) is not None:
                self.stated[item.name].append((item, Mounted((id(item), ""), item.name, alone)))
        placed = {item.name for item in tree.of_kind("PersistentVolume") if item.applied and item.at("spec", "nodeAffinity")}
        claims = (item for item in tree.of_kind("PersistentVolumeClaim") if item.applied)
        self.placed: dict[str, list[Object]] = defaultdict(list)
        for item in claims:
            if item.text("spec", "volumeName") in placed:
                self.placed[item.name].append(item)
        self.made: dict[str, list[tuple[Object, Mounted]]] = defaultdict(list)
        for item in tree.of_kind("StatefulSet"):
            for found in self.templates(item) if item.applied else ():
                self.made[f"{found.name}-{item.name}"].append((item, found))

    def templates(self, item: Object) -> Iterator[Mounted]:
        """The templates of which each pod of ``item`` has a claim of its own."""
        for template in items(item.root, "spec", "volumeClaimTemplates") if item.kind == "StatefulSet" else ():
            if (alone := _is_alone(at(template, ("spec",)))) is not None:
                name = text(template, "metadata", "name")
                yield Mounted((id(item), name), name, alone)

    def bound(self, item: Object) -> Iterator[str]:
        """What the volumes of the tree that its claims name ask of the node."""
        for volume in items(_pod(item), "volumes"):
            for claim in self.placed.get(text(volume, "persistentVolumeClaim", "claimName"), ()):
                if _is_near(item, claim):
                    yield f"a node that the nodeAffinity of PersistentVolume/{claim.text('spec', 'volumeName')} accepts"

    def mounted(self, item: Object) -> Iterator[Mounted]:
        """The claims that all pods of ``item`` share."""
        for volume in items(_pod(item), "volumes"):
            name = text(volume, "persistentVolumeClaim", "claimName")
            base, _, ordinal = name.rpartition("-")
            found = self.stated.get(name, ()) or (self.made.get(base, ()) if ordinal.isdecimal() else ())
            for owner, claim in found:
                if _is_near(item, owner):
                    yield claim if name in self.stated else claim.numbered(int(ordinal))
                    break


def _is_near(one: Object, other: Object) -> bool:
    return not one.namespace or not other.namespace or one.namespace == other.namespace


def _is_alone(spec: Node | None) -> bool | None:
    """Whether only one pod may mount a claim; None where pods of several nodes may."""
    modes = [text(mode) for mode in items(spec, "accessModes")]
    return "ReadWriteOncePod" in modes if modes and all(mode in _SINGLE for mode in modes) else None


def _open(pod: Node | None) -> Iterator[str]:
    """What the nodes that people name here say nothing about."""
    for key, value in texts(pod, "nodeSelector").items():
        if _EVERYWHERE.get(key) != value:
            yield f"a node with the label {key}={value}"
    if has(pod, "affinity", "nodeAffinity", _REQUIRED):
        yield "a node that its nodeAffinity accepts"
    if text(pod, "nodeName"):
        yield f"the node {text(pod, 'nodeName')}"
    for field in ("podAffinity", "podAntiAffinity"):
        yield from (f"{field} by {key}" for term in items(pod, "affinity", field, _REQUIRED) if (key := _other(term)))
    spreads = (term for term in items(pod, "topologySpreadConstraints") if text(term, "whenUnsatisfiable") != "ScheduleAnyway")
    yield from (f"a spread over {key}" for term in spreads if (key := _other(term)))
    for holder in (pod, *items(pod, "containers"), *items(pod, "initContainers")):
        for side in ("requests", "limits"):
            yield from (key for key in entries(holder, "resources", side) if key not in RESOURCES)
    yield from ("a device of resourceClaims" for _ in items(pod, "resourceClaims")[:1])


def _other(term: Node) -> str:
    key = text(term, "topologyKey")
    return key if key != _HOST else ""
