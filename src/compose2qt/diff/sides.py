"""One of the two trees: its objects as kustomize hands them to the API server, and who reads and selects whom."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec import Struct

from compose2qt.diff.flat import flat
from compose2qt.kube.reading import at, entries, items, number, text, texts
from compose2qt.manifests.references import pod_labels
from compose2qt.manifests.rendering import rendered
from compose2qt.manifests.transforming import CLUSTER_WIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node, Path


K = TypeVar("K")
V = TypeVar("V")
_Label = tuple[str, str, str]
"""A namespace, and the key and value of a label in it."""


class Identity(NamedTuple):
    """What an object is, in whatever version of its API: two objects of one identity are one object at two times."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def id(self) -> str:
        """``Kind/name``, as people and kubectl say it."""
        return f"{self.kind}/{self.name}"

    def claim(self, name: str) -> Identity:
        """The claim that this workload calls ``name``."""
        return Identity("", "PersistentVolumeClaim", self.namespace, name)


class Reading(NamedTuple):
    """A workload that reads a ConfigMap or Secret: one ``key`` of it, or all (empty).

    ``is_frozen`` if running pods keep what they read when they started: variables, and mounts of a ``subPath``.
    """

    reader: Identity
    kind: str
    name: str
    key: str
    is_frozen: bool


class Side(Struct, frozen=True, dict=True):
    """A tree, as its kustomizations render it."""

    tree: Tree

    @classmethod
    def of(cls, tree: Tree) -> Side:
        """That of ``tree``, which is not rendered yet."""
        return cls(rendered(tree))

    @cached_property
    def objects(self) -> dict[Identity, Object]:
        """What is applied."""
        return {self.identity(item): item for item in self.tree.objects if item.applied}

    def identity(self, item: Object) -> Identity:
        """What ``item`` is. What names no namespace is in the one that it is applied in, which is ``default`` for most."""
        namespace = "" if item.kind in CLUSTER_WIDE else item.namespace or "default"
        return Identity(item.api_version.rpartition("/")[0], item.kind, namespace, item.name)

    def values(self, item: Object) -> dict[Path, object]:
        """The leaves of ``item``, but for what its identity says."""
        return {path: value for path, value in flat(item.root, ()) if path not in _OF_IDENTITY}

    def named(self, one: Identity) -> Iterator[Identity]:
        """The objects of the group, kind and name of ``one``, in any namespace."""
        return iter(self._named.get(one._replace(namespace=""), ()))

    @cached_property
    def _named(self) -> dict[Identity, list[Identity]]:
        return _grouped((one._replace(namespace=""), one) for one in self.objects)

    def replicas(self, item: Object) -> int:
        """How many pods ``item`` asks for: one, if it does not say."""
        count = number(item.root, "spec", "replicas")
        return 1 if count is None else count

    @cached_property
    def workloads(self) -> dict[Identity, Object]:
        """The applied objects that run pods."""
        return {identity: item for identity, item in self.objects.items() if item.pod_path is not None}

    @cached_property
    def labels(self) -> dict[Identity, dict[str, str]]:
        """By workload: the labels of its pods."""
        return {one: pod_labels(item) for one, item in self.workloads.items()}

    @cached_property
    def _selectors(self) -> dict[Identity, dict[str, str]]:
        """By Service: the labels that it selects."""
        found = ((one, texts(item.root, "spec", "selector")) for one, item in self.objects.items() if one.kind == "Service")
        return {one: labels for one, labels in found if labels}

    @cached_property
    def _services(self) -> dict[_Label, list[Identity]]:
        """Services by the first label that they select."""
        return _grouped(((one.namespace, *next(iter(wanted.items()))), one) for one, wanted in self._selectors.items())

    @cached_property
    def _labelled(self) -> dict[_Label, list[Identity]]:
        """Workloads by each label of their pods."""
        return _grouped(((one.namespace, *pair), one) for one, labels in self.labels.items() for pair in labels.items())

    def leading_to(self, namespace: str, labels: dict[str, str]) -> tuple[Identity, ...]:
        """The Services that lead to pods of ``namespace`` with ``labels``, whichever side they are of."""
        found = (service for pair in labels.items() for service in self._services.get((namespace, *pair), ()))
        return tuple(service for service in found if self._selectors[service].items() <= labels.items())

    def selected(self, service: Identity) -> tuple[Identity, ...]:
        """The workloads to whose pods ``service`` leads."""
        wanted = self._selectors.get(service, {})
        pairs = ((service.namespace, *pair) for pair in wanted.items())
        found = min((self._labelled.get(pair, []) for pair in pairs), key=len, default=[])
        return tuple(one for one in found if wanted.items() <= self.labels[one].items())

    def alike(self, one: Identity, labels: dict[str, str]) -> Iterator[Identity]:
        """The workloads whose place ``one``, with ``labels`` on its pods, takes: by its name, or by what is on their pods."""
        by_name, by_labels = self._places
        found = (*by_name.get(one.name, ()), *(by_labels.get((one.kind, frozenset(labels.items())), ()) if labels else ()))
        return iter(dict.fromkeys(found))

    @cached_property
    def _places(self) -> tuple[dict[str, list[Identity]], dict[tuple[str, frozenset[tuple[str, str]]], list[Identity]]]:
        by_labels = (((one.kind, frozenset(labels.items())), one) for one, labels in self.labels.items())
        return _grouped((one.name, one) for one in self.workloads), _grouped(by_labels)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Who reads which ConfigMap and Secret, and how."""
        return tuple(reading for one, item in self.workloads.items() for reading in _readings(one, item))

    @cached_property
    def _read(self) -> dict[tuple[str, str, str], list[Reading]]:
        return _grouped(((one.kind, one.name, one.reader.namespace), one) for one in self.readings)

    def readers(self, target: Identity, key: str = "") -> tuple[Reading, ...]:
        """Who reads ``key`` of ``target``; all who read anything of it, if none is named."""
        found = self._read.get((target.kind, target.name, target.namespace), ())
        return tuple(one for one in found if not key or one.key in ("", key))


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


_OF_IDENTITY = frozenset((("metadata", "name"), ("metadata", "namespace")))
_MAPS = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}


def containers(item: Object) -> Iterator[Node]:
    """The containers of a workload, those that run before the others first."""
    pod = at(item.root, item.pod_path or ())
    for name in ("initContainers", "containers"):
        yield from items(pod, name)


def volumes(item: Object) -> dict[str, Node]:
    """The volumes of a workload's pods by name."""
    return {text(volume, "name"): volume for volume in items(at(item.root, item.pod_path or ()), "volumes")}


def _readings(reader: Identity, item: Object) -> Iterator[Reading]:
    known = volumes(item)
    for container in containers(item):
        for variable in items(container, "env"):
            for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                if name := text(variable, "valueFrom", field, "name"):
                    yield Reading(reader, kind, name, text(variable, "valueFrom", field, "key"), True)
        for source in items(container, "envFrom"):
            for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                if name := text(source, field, "name"):
                    yield Reading(reader, kind, name, "", True)
        for mount in items(container, "volumeMounts"):
            part = text(mount, "subPath") or text(mount, "subPathExpr")
            for kind, name, listed in _maps(known.get(text(mount, "name"))):
                for key in listed.get(part.partition("/")[0], [part.partition("/")[0]]) if part else _all(listed):
                    yield Reading(reader, kind, name, key, bool(part))


def _all(listed: dict[str, list[str]]) -> list[str]:
    return [key for found in listed.values() for key in found] or [""]


def _maps(volume: Node | None) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """The ConfigMaps and Secrets in a volume: kind, name, and the listed keys by the first part of their path."""
    for source in (volume, *items(volume, "projected", "sources")):
        for field, (kind, name) in _MAPS.items():
            found = entries(source, field)
            if found:
                listed: dict[str, list[str]] = {}
                for item in items(source, field, "items"):
                    listed.setdefault(text(item, "path").partition("/")[0], []).append(text(item, "key"))
                yield kind, text(source, field, name) or text(source, field, "name"), listed
