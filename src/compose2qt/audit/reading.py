"""The ConfigMaps, Secrets and claims that a pod names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compose2qt.audit.subject import is_true, text
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Pod
    from compose2qt.source import Node, Path


class Read(NamedTuple):
    """A pod's reference to an object; ``key`` is the one key that it needs, empty for all of them."""

    kind: str
    name: str
    path: Path
    optional: bool = False
    key: str = ""
    whole_env: bool = False
    """Whether every key becomes an environment variable."""


_ENV = {"ConfigMap": ("configMapRef", "configMapKeyRef"), "Secret": ("secretRef", "secretKeyRef")}
_VOLUME = {"ConfigMap": ("configMap", "name"), "Secret": ("secret", "secretName")}


def sources(pod: Pod, kind: str) -> Iterator[Read]:
    """Where ``pod`` names objects of ``kind``: ConfigMap or Secret."""
    for container in pod.containers:
        yield from _environment(container, kind)
    for volume in pod.volumes.values():
        field, name = _VOLUME[kind]
        yield from _read(kind, at(volume.node, (field,)), (*volume.path, field), name)
        for index, part in enumerate(items(at(volume.node, ("projected", "sources")))):
            yield from _read(kind, at(part, (field,)), (*volume.path, "projected", "sources", index, field), "name")
    if kind == "Secret":
        for index, secret in enumerate(items(pod.at("imagePullSecrets"))):
            yield Read(kind, text(secret, "name"), (*pod.path, "imagePullSecrets", index, "name"))


def _environment(container: Container, kind: str) -> Iterator[Read]:
    whole, single = _ENV[kind]
    for index, source in enumerate(items(container.at("envFrom"))):
        for found in _read(kind, at(source, (whole,)), (*container.path, "envFrom", index, whole), "name"):
            yield found._replace(whole_env=True)
    for entry in container.env:
        reference = at(entry.node, ("valueFrom", single))
        for found in _read(kind, reference, (*entry.path, "valueFrom", single), "name"):
            yield found._replace(key=text(reference, "key"))


def _read(kind: str, node: Node | None, path: Path, field: str) -> Iterator[Read]:
    if node is not None and (name := text(node, field)):
        yield Read(kind, name, (*path, field), is_true(at(node, ("optional",))))
