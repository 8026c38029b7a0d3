"""What the kustomization files of a tree list, patch and generate. Nothing is rendered."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.reading import items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node

NAMES = frozenset(("kustomization.yaml", "kustomization.yml", "Kustomization"))
_RESOURCES = ("resources", "bases", "components", "crds")
_INPUTS = ("patchesStrategicMerge", "transformers", "generators", "configurations", "validators")
_GENERATED = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


class Kustomizations(Struct, frozen=True):
    """Which files of a tree are applied, which are parts of a kustomization, and which objects it generates."""

    folders: frozenset[str] = frozenset()
    """Folders with a kustomization file; the root is the empty name."""
    listed: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    """The kustomization files themselves, and patches and other files that are no objects of their own."""
    generated: frozenset[str] = frozenset()
    """``Kind/name`` of what generators make."""

    @classmethod
    def of(cls, by_file: dict[str, list[Node]]) -> Kustomizations:
        """Gather the kustomization files among the documents."""
        found = {path: document for path, documents in by_file.items() if is_kustomization(path) for document in documents[:1]}
        return cls(
            frozenset(posixpath.dirname(path) for path in found),
            frozenset(_joined(path, name) for path, document in found.items() for name in _named(document, _RESOURCES)),
            frozenset(found) | {_joined(path, name) for path, document in found.items() for name in _inputs(document)},
            frozenset(name for document in found.values() for name in _generated(document)),
        )

    def applies(self, path: str) -> bool:
        """Whether the file at ``path`` is applied: one that a kustomization could list is applied only if one does."""
        return path in self.listed or not any(folder in self.folders for folder in _parents(path))


def is_kustomization(path: str) -> bool:
    """Whether the file at ``path`` is one that kustomize looks for."""
    return posixpath.basename(path) in NAMES


def _parents(path: str) -> Iterator[str]:
    while (parent := posixpath.dirname(path)) != path:
        yield (path := parent)


def named(document: Node) -> Iterator[str]:
    """The files and folders that a kustomization names as resources or patches."""
    yield from _named(document, ("resources", "bases", "components", "patchesStrategicMerge"))
    for name in ("patches", "patchesJson6902"):
        yield from (text(item, "path") for item in items(document, name) if text(item, "path"))


def _joined(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _named(document: Node, fields: tuple[str, ...]) -> Iterator[str]:
    """The file names that stand in these lists of a kustomization."""
    for name in fields:
        yield from (text(item) for item in items(document, name) if text(item) and "\n" not in text(item))


def _inputs(document: Node) -> Iterator[str]:
    yield from _named(document, _INPUTS)
    for name in ("patches", "patchesJson6902", "replacements"):
        yield from (text(item, "path") for item in items(document, name) if text(item, "path"))
    for name in _GENERATED:
        for item in items(document, name):
            yield from (text(file).rpartition("=")[2] for file in items(item, "files") if text(file))


def _generated(document: Node) -> Iterator[str]:
    for field, kind in _GENERATED.items():
        for item in items(document, field):
            if name := text(item, "name"):
                yield f"{kind}/{name}"
