"""The objects of a tree as a cluster holds them: pods with their containers, and what they refer to."""

from __future__ import annotations

import base64
import binascii
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.kubelet import FieldRef, KeyRef
from compose2qt.manifests.listings import Listings
from compose2qt.verify.reading import entries, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node, Span

OPEN, CLOSE = "\ue000", "\ue001"
"""Around the name of a value that is not known, inside texts: no real text holds these characters."""
_DEFAULTS = (
    *(("limits", key) for key in ("max", "default")),
    *(("requests", key) for key in ("min", "max", "default", "defaultRequest")),
)
"""What a LimitRange gives containers that state nothing: a later key counts more."""
_HOME = "default"
PLACEHOLDER = "REPLACE_ME"
"""The value of an example that nobody has filled in."""
EXAMPLE = "-example"
"""The end of the name of a Secret that only shows which keys the real one needs."""


class Container(Struct, frozen=True, eq=False):
    """A container of a pod; ``role`` is main, sidecar or init."""

    pod: Pod
    name: str
    node: Node
    role: str
    image: str

    @property
    def id(self) -> str:
        """``Kind/name`` of the workload and the container's name."""
        return intern(f"{self.pod.item.id}: {self.name}")


class Pod(Struct, frozen=True, eq=False, dict=True):
    """The pods that one workload object makes."""

    item: Object
    node: Node | None
    labels: dict[str, str]
    namespace: str

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """The containers that run side by side, then those that run before them."""
        found: list[Container] = []
        for key in ("containers", "initContainers"):
            for node in items(self.node, key):
                role = "main" if key == "containers" else "sidecar" if text(node, "restartPolicy") == "Always" else "init"
                found.append(Container(self, text(node, "name"), node, role, text(node, "image")))
        return tuple(found)

    @property
    def template(self) -> Node | None:
        """Where the pod's metadata and spec stand."""
        path = self.item.pod_path
        return self.item.at(*path[:-1]) if path else None


class World:
    """A tree with its references resolved."""

    def __init__(
        self,
        tree: Tree,
        secrets: Mapping[tuple[str, str], str] | None = None,
        refused: Mapping[int, tuple[str, Span]] | None = None,
        home: str = "",
    ) -> None:
        self.home = home or _HOME
        self.kustomizations = Listings(tree)
        self.strays = tree.strays
        self.refused = refused or {}
        """By ``id`` of objects that the API server does not take: why, and where that stands."""
        taken = (item for item in tree.objects if item.pod_path is not None or id(item) not in self.refused)
        self.applied = [item for item in taken if item.applied]
        self.unapplied = [item for item in tree.objects if not item.applied]
        self.index = {(item.kind, self.namespace_of(item), item.name): item for item in self.applied}
        there = {id(item) for item in self.applied}
        self._left_out = {(one.kind, self.namespace_of(one), one.name): one for one in tree.objects if id(one) not in there}
        self._examples = {item.name.removesuffix(EXAMPLE): item for item in self.unapplied if item.kind == "Secret"}
        self.filled = {item.name: item for item in self.unapplied if item.kind == "Secret" and not item.name.endswith(EXAMPLE)}
        """Secrets that nothing but a hand applies: what an operator filled in."""
        self._secrets: dict[str, dict[str, str]] = {}
        for (name, key), value in (secrets or {}).items():
            self._secrets.setdefault(name, {})[key] = value
        self.secret_values = tuple((secrets or {}).values())
        self._data: dict[tuple[str, str, str], dict[str, str] | None] = {}
        self._elsewhere = tree.elsewhere

    def is_there(self, kind: str, namespace: str, name: str) -> bool:
        """Whether an object that pods need exists: in the tree, or made elsewhere."""
        return (kind, namespace, name) in self.index or f"{kind}/{name}" in self._elsewhere

    def lack(self, kind: str, namespace: str, name: str, span: Span | None) -> tuple[str, Span | None]:
        """Why an object that a pod needs at ``span`` is not there, and where the reason stands."""
        item = self._left_out.get((kind, namespace, name))
        if item is not None and id(item) in self.refused:
            why, where = self.refused[id(item)]
            return f"cannot start: {kind} {name} is refused: {why}", where
        hint = f": nothing applies {item.file}" if item is not None else ""
        return f"cannot start: {kind} {name} does not exist{hint}", span

    def namespace_of(self, item: Object) -> str:
        """The namespace of ``item``; the one that it is applied in, if it names none."""
        return item.namespace or self.home

    @cached_property
    def pods(self) -> tuple[Pod, ...]:
        """The pods of every applied workload."""
        return tuple(self._pod(item) for item in self.applied if item.pod_path is not None)

    @cached_property
    def held_back(self) -> tuple[Pod, ...]:
        """The pods of workloads that are part of the tree and not applied."""
        return tuple(self._pod(item) for item in self.unapplied if item.pod_path is not None)

    def _pod(self, item: Object) -> Pod:
        path = item.pod_path or ()
        labels = {key: text(value) for key, value in entries(item.at(*path[:-1]), "metadata", "labels").items()}
        return Pod(item, item.at(*path), labels, self.namespace_of(item))

    def selected(self, namespace: str, selector: Mapping[str, str]) -> tuple[Pod, ...]:
        """The pods that carry every label of ``selector``; an empty selector selects none."""
        if not selector:
            return ()
        pair = next(iter(selector.items()))
        candidates = self._by_label.get((namespace, *pair), ())
        return tuple(pod for pod in candidates if selector.items() <= pod.labels.items())

    @cached_property
    def autoscalers(self) -> tuple[Object, ...]:
        """What changes the number of pods."""
        return tuple(item for item in self.applied if item.kind in ("HorizontalPodAutoscaler", "ScaledObject"))

    @cached_property
    def _by_label(self) -> dict[tuple[str, str, str], list[Pod]]:
        found: dict[tuple[str, str, str], list[Pod]] = {}
        for pod in self.pods:
            for key, value in pod.labels.items():
                found.setdefault((pod.namespace, key, value), []).append(pod)
        return found

    def defaults(self, namespace: str) -> Mapping[tuple[str, str], Node]:
        """What LimitRanges give containers that state nothing: by side (``limits``, ``requests``) and resource."""
        return self._defaults.get(namespace, {})

    @cached_property
    def _defaults(self) -> dict[str, dict[tuple[str, str], Node]]:
        found: dict[str, dict[tuple[str, str], Node]] = {}
        for item in self.applied:
            for limit in items(item.root, "spec", "limits") if item.kind == "LimitRange" else ():
                # Without a default of its own a request is that of the limit, and a limit the most that is allowed.
                for side, key in _DEFAULTS:
                    for resource, node in entries(limit, key).items() if text(limit, "type") == "Container" else ():
                        found.setdefault(self.namespace_of(item), {})[side, resource] = node
        return found

    # ConfigMaps and Secrets -----------------------------------------------------------------------------------------

    def objects_data(self, kind: str, namespace: str, name: str) -> dict[str, str] | None:
        """The keys of a ConfigMap or Secret; None if the tree and the caller know nothing of it."""
        key = (kind, namespace, name)
        if key not in self._data:
            self._data[key] = self._find_data(kind, namespace, name)
        return self._data[key]

    def _find_data(self, kind: str, namespace: str, name: str) -> dict[str, str] | None:
        item = self.index.get((kind, namespace, name))
        if item is not None:
            return dict(_data(item))
        if kind != "Secret" or not self.is_promised(name):
            return None
        example = self._examples.get(name)
        keys = dict(_data(example)) if example is not None else {}
        today = self._secrets.get(name, {})
        known = {**{key: unknown(KeyRef("Secret", name, key)) for key in keys}, **today}
        if (filled := self.filled.get(name)) is None:
            return known
        # What is filled in is what will run; a value that Compose does not know is the operator's, as before.
        held = dict(_data(filled))
        return {key: value if today.get(key) or value == PLACEHOLDER else known.get(key, value) for key, value in held.items()}

    def is_promised(self, name: str) -> bool:
        """Whether the Secret ``name`` is not in the tree, but must be made from an example or from given values."""
        return name in self._secrets or name in self._examples

    def has_example(self, name: str) -> bool:
        """Whether the tree shows what the Secret ``name`` must hold."""
        return name in self._examples

    def view(self, namespace: str, *, held_back: bool = False) -> View:
        """The objects that pods of ``namespace`` can refer to; with ``held_back`` also those that are not applied."""
        return View(self, namespace, held_back)

    @cached_property
    def held_index(self) -> dict[tuple[str, str, str], Object]:
        """Objects that are part of the tree and not applied."""
        return {(item.kind, self.namespace_of(item), item.name): item for item in self.unapplied}


class View(Struct, frozen=True):
    """``kubelet.Data`` over one namespace."""

    world: World
    namespace: str
    held_back: bool = False

    def data(self, kind: str, name: str) -> Mapping[str, str] | None:
        """The keys of an object of this namespace."""
        found = self.world.objects_data(kind, self.namespace, name)
        waiting = self.world.held_index.get((kind, self.namespace, name)) if self.held_back and found is None else None
        return found if waiting is None else dict(_data(waiting))

    def place(self, kind: str, name: str, key: str) -> Span | None:
        """Where a key of an object of this namespace stands; None if it is not in the tree."""
        item = self.world.index.get((kind, self.namespace, name)) or (self.world.filled.get(name) if kind == "Secret" else None)
        if item is None:
            return None
        found = (entries(item.root, field).get(key) for field in ("data", "stringData", "binaryData"))
        return next((node.span for node in found if node is not None), None)

    def is_held(self, kind: str, name: str) -> bool:
        """Whether the object is in the tree and applied."""
        return (kind, self.namespace, name) in self.world.index

    def unknown(self, source: KeyRef | FieldRef) -> str:
        """The mark of a value that the manifests do not hold."""
        return unknown(source)


def unknown(source: KeyRef | FieldRef) -> str:
    """The mark of a value that the manifests do not hold."""
    what = source.path if isinstance(source, FieldRef) else f"{source.kind} {source.name}, key {source.key}"
    return f"{OPEN}{what}{CLOSE}"


def _data(item: Object) -> Iterator[tuple[str, str]]:
    """The decoded entries of a ConfigMap or Secret; binary content as latin-1 text."""
    plain_field = "stringData" if item.kind == "Secret" else "data"
    encoded_field = "data" if item.kind == "Secret" else "binaryData"
    for key, node in entries(item.root, encoded_field).items():
        yield key, _decoded(text(node))
    for key, node in entries(item.root, plain_field).items():
        yield key, text(node)


def _decoded(written: str) -> str:
    try:
        raw = base64.b64decode(written, validate=False)
    except (binascii.Error, ValueError):
        return written
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape")


def port_numbers(pod: Pod) -> dict[str, int]:
    """The named ports of a pod's containers, whatever their protocol."""
    return {name: number for (name, _), number in reversed(list(named_ports(pod).items()))}


def named_ports(pod: Pod) -> dict[tuple[str, str], int]:
    """The ports of a pod's containers by name and protocol, as a Service finds them."""
    found: dict[tuple[str, str], int] = {}
    for container in pod.containers:
        for port in items(container.node, "ports"):
            number = text(port, "containerPort")
            if text(port, "name") and number.isdecimal():
                found.setdefault((text(port, "name"), text(port, "protocol") or "TCP"), int(number))
    return found


def selector_of(node: Node | None, *path: str) -> dict[str, str]:
    """The labels of a plain selector."""
    return {key: text(value) for key, value in entries(node, *path).items()}
