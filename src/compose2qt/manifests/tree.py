"""Trees of manifests: from our own rendered files, or from any folder or file on disk."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compose2qt.diagnostic import Collector, InputError
from compose2qt.kube.reading import has, is_null, items, text
from compose2qt.manifests.kustomize import NAMES, Kustomizations, is_kustomization, named
from compose2qt.manifests.model import WORKLOAD_KINDS, Object, Stray, Tree
from compose2qt.manifests.owners import marked
from compose2qt.manifests.rendering import rendered
from compose2qt.manifests.templates import is_template, refuse, template_place
from compose2qt.source import Mapping, Span, kubernetes_scalar, read_text, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Files
    from pathlib import Path

    from compose2qt.diagnostic import Diagnostic
    from compose2qt.source import Node

SUFFIXES = (".yaml", ".yml", ".json")
_KINDS = frozenset((*WORKLOAD_KINDS, "ConfigMap", "Secret", "Service", "PersistentVolumeClaim", "Ingress", "NetworkPolicy"))
_CONTENT = ("data", "spec", "stringData")
_MARKS = ("apiVersion", "kind", "metadata")


_ESCAPE = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.IGNORECASE)


def _joined(escape: re.Match[str]) -> str:
    """The character that two surrogates mean (RFC 8259, section 7); another escape as it is."""
    high, low = escape.groups()
    return escape[0] if high is None else bytes.fromhex(high + low).decode("utf-16-be")


class _Documents(Struct):
    """The documents of each file, in order; what could not be read is in ``collector``."""

    collector: Collector
    by_file: dict[str, list[Node]] = field(default_factory=dict)
    templates: list[Span] = field(default_factory=list)

    def read(self, path: str, content: str, shown: str) -> None:
        """Read a file; one that cannot be read is reported, and the others are read all the same."""
        collector = Collector()
        if path.endswith(".json"):
            # JSON is YAML but for tabs between its tokens (a string has none) and characters that are written as two.
            content = _ESCAPE.sub(_joined, content.replace("\t", " "))
        try:
            self.by_file[path] = read_yaml(content, shown, collector, resolve=kubernetes_scalar, string_keys=False)
            collector.check()
        except InputError as error:
            if "{{" in content:
                self.templates.append(template_place(shown, content))
            else:
                self.add(error)

    def read_foreign(self, path: str, content: str, shown: str) -> None:
        """Read a file that may be a template."""
        if is_template(content):
            self.templates.append(template_place(shown, content))
        else:
            self.read(path, content, shown)

    def add(self, error: InputError) -> None:
        """Keep what is wrong with a file."""
        for diagnostic in error.diagnostics:
            self.collector.add(diagnostic)

    def problems(self) -> tuple[Diagnostic, ...]:
        """All that could not be read."""
        if self.templates:
            refuse(self.templates, self.collector)
            self.templates.clear()
        return tuple(self.collector)

    def check(self) -> None:
        """Raise ``InputError`` if anything could not be read."""
        self.problems()
        self.collector.check()


def parse_tree(files: Files[str, str], elsewhere: frozenset[str] = frozenset()) -> Tree:
    """The objects of rendered files by their relative path, of a tree that holds everything that it needs.

    But for ``elsewhere``: ``Kind/name`` of what exists in the cluster before. ``InputError`` if a file is not YAML.
    """
    documents = _Documents(Collector())
    for path, content in files.items():
        if path.endswith(SUFFIXES) or is_kustomization(path):
            documents.read(path, content, path)
    documents.check()
    return _tree(documents.by_file, tuple(files), elsewhere, is_complete=True)


def read_tree(path: Path, shown: str, *, with_bases: bool = False, as_applied: bool = False) -> Tree:
    """The objects of a folder, or of one file, which messages call ``shown``.

    A folder is read with its sub-folders, but for hidden ones and links; files that are not YAML or JSON, and documents that
    are not Kubernetes objects (values, Compose files), are passed over. ``InputError`` tells of everything that cannot be
    read, of Helm templates, which have to be rendered first, and of a place without any object. ``with_bases`` reads what
    its kustomizations build on beside the folder, too. With ``as_applied`` the objects are those that they make of it all;
    what cannot be read is ``unread`` then.
    """
    documents = _Documents(Collector())
    names = tuple(_walk(path)) if path.is_dir() else (path.name,)
    for name in names:
        if not path.is_dir():
            _read(documents, path, name, shown)
        elif name.endswith(SUFFIXES) or is_kustomization(name):
            _read(documents, path / name, name, _printable(posixpath.join(shown, name)), is_guess=True)
    if (as_applied or with_bases) and path.is_dir():
        _read_listed(documents, path, shown)
    if not as_applied:
        for name in sorted((Kustomizations.of(documents.by_file).listed & set(names)) - documents.by_file.keys()):
            _read(documents, path / name, name, _printable(posixpath.join(shown, name)))
    if not as_applied or len(documents.templates) > len(documents.by_file):
        documents.check()
    tree = _tree(documents.by_file, names, frozenset(), is_complete=False)
    if as_applied and tree.objects:
        tree = replace(rendered(tree), unread=documents.problems())
    else:
        documents.check()
    if not tree.objects:
        raise InputError.of(
            "no-objects", f"{shown} holds no Kubernetes object", Span(shown, 1, 1), "name a folder or file of manifests"
        )
    return tree


def _read_listed(documents: _Documents, root: Path, shown: str) -> None:
    """Read what kustomizations name and a walk does not find: files elsewhere, and patches that do not look like objects."""
    waiting = [path for path in documents.by_file if is_kustomization(path)]
    while waiting:
        kustomization = waiting.pop()
        for name in (name for document in documents.by_file.get(kustomization, ()) for name in named(document)):
            home = posixpath.dirname(kustomization)
            found = posixpath.normpath(posixpath.join(home, name))
            if (root / found).is_dir() and not posixpath.isabs(found):
                found = next((f"{found}/{one}" for one in sorted(NAMES) if (root / found / one).is_file()), found)
                waiting += [found] if found not in documents.by_file else []
            elif posixpath.relpath(found, home or ".").startswith("../") or posixpath.isabs(found):
                continue  # kustomize takes folders from anywhere, and files only from below its own
            if found not in documents.by_file and found.endswith((*SUFFIXES, *NAMES)) and (root / found).is_file():
                _read(documents, root / found, found, _printable(posixpath.normpath(posixpath.join(shown, found))))


def _walk(folder: Path) -> Iterator[str]:
    """The regular files below ``folder`` by their relative path, sorted; nothing hidden, no links to folders."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        relative = os.path.relpath(parent, folder)
        for name in sorted(names):
            if not name.startswith(".") and os.path.isfile(os.path.join(parent, name)):  # noqa: PTH113, PTH118 - os.walk's strings
                yield name if relative == os.curdir else posixpath.join(relative.replace(os.sep, "/"), name)


def _printable(name: str) -> str:
    """``name`` as it can be printed: a file's name may hold bytes that are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _read(documents: _Documents, file: Path, name: str, shown: str, *, is_guess: bool = False) -> None:
    """Read a file; one that nobody named (``is_guess``) is passed over if it does not speak of Kubernetes."""
    try:
        content = read_text(file, shown)
    except InputError as error:
        documents.add(error)
        return
    if not is_guess or any(mark in content for mark in _MARKS) or is_kustomization(name):
        documents.read_foreign(name, content, shown)


def _tree(by_file: dict[str, list[Node]], files: tuple[str, ...], elsewhere: frozenset[str], *, is_complete: bool) -> Tree:
    kustomizations = Kustomizations.of(by_file)
    found: list[Object] = []
    for path, documents in by_file.items():
        if path not in kustomizations.other:
            applied = kustomizations.applies(path)
            for document in documents:
                found.extend(Object(root, path, applied) for root in _objects(document))
    own = (
        Object(root, path)
        for path, documents in by_file.items()
        for root in documents[:1]
        if is_kustomization(path) and isinstance(root, Mapping)
    )
    parts = {path: tuple(by_file[path]) for path in kustomizations.other if path in by_file}
    return Tree(
        marked(found),
        files,
        is_complete,
        tuple(own),
        tuple(_strays(by_file, kustomizations)),
        elsewhere | kustomizations.generated,
        parts=parts,
    )


def _strays(by_file: dict[str, list[Node]], kustomizations: Kustomizations) -> Iterator[Stray]:
    """Documents that are no objects where kubectl looks for objects, or that are meant to be one."""
    for path, documents in by_file.items():
        for document in documents if path not in kustomizations.other else ():
            if is_null(document) or (isinstance(document, Mapping) and _is_object(document)):
                continue
            if path in kustomizations.listed:
                yield Stray(document.span, "a kustomization lists this file, and this is no Kubernetes object")
            elif (kind := text(document, "kind")) in _KINDS and any(has(document, field) for field in _CONTENT):
                yield Stray(document.span, f"a {kind} without apiVersion and metadata is no Kubernetes object")


def _objects(document: Node) -> Iterator[Mapping]:
    """The Kubernetes objects in a document: itself, or the items of a list of objects."""
    if not isinstance(document, Mapping) or not _is_object(document):
        return
    kind = text(document, "kind")
    if kind.endswith("List") and not isinstance(document.get("items"), type(None)) and "spec" not in document.entries:
        for item in items(document, "items"):
            yield from _objects(item)
    elif not text(document, "apiVersion").startswith(("kustomize.config.k8s.io/", "skaffold/", "kind.x-k8s.io/")):
        yield document


def _is_object(document: Mapping) -> bool:
    """Whether a document means to be a Kubernetes object: at least two of apiVersion, kind and metadata."""
    return sum(mark in document.entries and not is_null(document.entries[mark]) for mark in _MARKS) >= 2
