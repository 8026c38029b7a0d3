"""Trees from text: our own rendered files, or a folder of anybody's manifests."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from compose2qt.diagnostic import Collector, InputError
from compose2qt.manifests.model import Object, Tree, at
from compose2qt.source import Mapping as Node
from compose2qt.source import Scalar, Sequence, Span, kubernetes_scalar, read_text, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_YAML = (".yaml", ".yml", ".json")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def parse_tree(files: Mapping[str, str]) -> Tree:
    """The objects of ``files`` (text by path); applied are those that a kustomization lists, or all if there is none."""
    roots = {path: _documents(text, path) for path, text in files.items() if path.endswith(_YAML)}
    listed = _listed(roots)
    objects = tuple(
        Object(item, path, listed is None or path in listed)
        for path, documents in roots.items()
        if posixpath.basename(path) not in _KUSTOMIZATIONS
        for root in documents
        for item in _items(root)
    )
    return Tree(objects, tuple(files))


def read_tree(path: Path, shown: str) -> Tree:
    """The objects of the folder or file at ``path``, called ``shown``; ``InputError`` if it cannot be read."""
    found = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file() and file.suffix in _YAML)
    files: dict[str, str] = {}
    for file in found:
        name = shown if file == path else posixpath.join(shown, file.relative_to(path).as_posix())
        files[name] = read_text(file, name)
        if "{{" in files[name]:
            raise InputError.of(
                "helm-template",
                f"{name} is a template, not a manifest",
                Span(name, 1, 1),
                "render the chart first: helm template . > all.yaml",
            )
    return parse_tree(files)


def _documents(text: str, path: str) -> list[Node]:
    collector = Collector()
    documents = read_yaml(text, path, collector, resolve=kubernetes_scalar, string_keys=False)
    collector.check()
    return [document for document in documents if isinstance(document, Node)]


def _items(root: Node) -> Iterator[Node]:
    """``root``, or the objects of a ``List``."""
    items = root.get("items")
    kind = root.get("kind")
    if isinstance(items, Sequence) and isinstance(kind, Scalar) and str(kind.value).endswith("List"):
        yield from (item for item in items.items if isinstance(item, Node))
    elif root.get("kind") is not None:
        yield root


def _listed(roots: dict[str, list[Node]]) -> set[str] | None:
    """The files that kustomizations list; None without a kustomization."""
    found: set[str] = set()
    has_one = False
    for path, documents in roots.items():
        if posixpath.basename(path) in _KUSTOMIZATIONS:
            has_one = True
            for document in documents:
                resources = at(document, ("resources",))
                for item in resources.items if isinstance(resources, Sequence) else ():
                    if isinstance(item, Scalar):
                        found.add(posixpath.normpath(posixpath.join(posixpath.dirname(path), str(item.value))))
    return found if has_one else None
