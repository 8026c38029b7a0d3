"""What the kustomization files of a tree make of its objects, as far as it can be said without rendering them."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.reading import at, entries, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Span

_LISTS = ("resources", "bases", "components")
# What changes nothing that is compared, or is read here. Labels are given to selectors and to what they select.
_READ = frozenset(
    "apiVersion kind metadata namespace images replicas namePrefix nameSuffix commonLabels labels commonAnnotations "
    "generatorOptions buildMetadata sortOptions openapi crds validators".split()
) | frozenset(_LISTS)


class _Change(Struct, frozen=True):
    """What is made of every object of a file: by which kustomizations, from the inside out."""

    chain: tuple[Object, ...]
    namespace: str
    prefix: str
    suffix: str


class Overlays(Struct, frozen=True, dict=True):
    """The kustomization files of a tree, and which of them change an object: those that list its file, from the inside out."""

    files: tuple[Object, ...] = ()
    objects: tuple[Object, ...] = ()
    present: frozenset[str] = frozenset()
    """The files of the tree."""

    @classmethod
    def of(cls, tree: Tree) -> Overlays:
        """Those of ``tree``."""
        return cls(tree.kustomizations, tree.objects, frozenset(tree.files))

    @cached_property
    def _listing(self) -> dict[str, list[Object]]:
        """By file or folder: the kustomizations that list it."""
        found: dict[str, list[Object]] = {}
        for item in self.files:
            home = posixpath.dirname(item.file)
            for name in (name for key in _LISTS for name in map(text, items(item.root, key))):
                found.setdefault(posixpath.normpath(posixpath.join(home, name)), []).append(item)
        return found

    @cached_property
    def _changes(self) -> dict[str, _Change]:
        return {}

    def around(self, file: str) -> tuple[Object, ...]:
        """The kustomizations that change the objects of ``file``. Where several list the same thing, none of them is it."""
        return self._change(file).chain

    def namespace(self, item: Object) -> str:
        """The namespace that ``item`` is put into; empty if none is stated."""
        return self._change(item.file).namespace

    def name(self, item: Object) -> str:
        """The name of ``item`` with what is put around it."""
        change = self._change(item.file)
        return f"{change.prefix}{item.name}{change.suffix}"

    def _change(self, file: str) -> _Change:
        if file not in self._changes:
            chain: list[Object] = []
            lists = self._listing.get(file, [])
            while len(lists) == 1 and lists[0] not in chain:
                chain.append(lists[0])
                lists = self._listing.get(posixpath.dirname(lists[0].file) or ".", [])
            self._changes[file] = _Change(
                tuple(chain),
                next((found for one in reversed(chain) if (found := one.text("namespace"))), ""),
                "".join(one.text("namePrefix") for one in reversed(chain)),
                "".join(one.text("nameSuffix") for one in chain),
            )
        return self._changes[file]

    def replicas(self, item: Object) -> tuple[int, Span] | None:
        """The number of replicas that is stated for ``item``, and where."""
        stated = (entry for one in reversed(self.around(item.file)) for entry in items(one.root, "replicas"))
        return next(
            (
                (count, entry.span)
                for entry in stated
                if text(entry, "name") == item.name and (count := number(entry, "count")) is not None
            ),
            None,
        )

    def image(self, item: Object, written: str) -> str:
        """The image in the place of ``written``: with another name, tag or digest."""
        for one in self.around(item.file):
            for entry in items(one.root, "images"):
                if text(entry, "name") in (written, _repository(written)):
                    written = _replaced(written, text(entry, "newName"), text(entry, "newTag"), text(entry, "digest"))
        return written

    def open(self) -> Iterator[tuple[str, Span]]:
        """What is not interpreted here: it may change any object; and lists that several kustomizations share."""
        for item in self.files:
            for key in entries(item.root):
                node = at(item.root, (key,))
                if key not in _READ and node is not None:
                    yield key, item.root.key_span(key)
        for name, listing in self._listing.items():
            if len(listing) > 1:
                yield f"{len(listing)} kustomizations of {name}", listing[0].span
        for name, listing in self._listing.items():
            if name.startswith("../"):
                yield f"resource {name}, which lies outside", self._place(listing[0], name)
        yield from ((what, span) for what, span, is_one in self._twins if not is_one)

    def missing(self) -> Iterator[tuple[str, Span]]:
        """Listed files and folders that are not in the tree."""
        for name, listing in self._listing.items():
            if self.present and not self._is_there(name):
                yield name, self._place(listing[0], name)

    def faults(self) -> Iterator[tuple[str, Span]]:
        """For what kustomize renders nothing at all: a listed file that is not there, and two objects of one name."""
        for name, span in self.missing():
            yield f"resource {name}, which is not there", span
        yield from ((what, span) for what, span, is_one in self._twins if is_one)

    @cached_property
    def _twins(self) -> tuple[tuple[str, Span, bool], ...]:
        """Two objects of one name, and whether they belong to one kustomization: else they may be variants."""
        first: dict[tuple[str, ...], Object] = {}
        found: list[tuple[str, Span, bool]] = []
        for item in (item for item in self.objects if item.applied and self.around(item.file)):
            key = (item.api_version, item.kind, self.namespace(item) or item.namespace, self.name(item))
            if (other := first.setdefault(key, item)) is not item:
                is_one = self.around(item.file)[-1] is self.around(other.file)[-1]
                found.append((f"resource {item.id}, which {other.file} holds, too", item.span, is_one))
        return tuple(found)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The folders of the tree."""
        return frozenset(file[:end] for file in self.present for end, mark in enumerate(file) if mark == "/")

    def _is_there(self, name: str) -> bool:
        """Whether a listed file or folder is in the tree; what lies outside or comes from elsewhere may be anywhere."""
        if name.startswith("../") or "//" in name or "?" in name or ("." in name.partition("/")[0] and "/" in name):
            return True
        return name in self.present or name in self._folders

    @staticmethod
    def _place(item: Object, name: str) -> Span:
        home = posixpath.dirname(item.file)
        listed = (node for key in _LISTS for node in items(item.root, key))
        found = (node.span for node in listed if posixpath.normpath(posixpath.join(home, text(node))) == name)
        return next(found, item.span)


def _repository(image: str) -> str:
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _replaced(image: str, name: str, tag: str, digest: str) -> str:
    """Kustomize replaces a tag by a digest and a digest by a tag; a new name alone keeps both."""
    own = _repository(image)
    rest = f"@{digest}" if digest else f":{tag}" if tag else image.removeprefix(own)
    return (name or own) + rest
