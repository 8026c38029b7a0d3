"""What the kustomization files of a tree list: for what of it kustomize renders nothing, and what may be anything."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.reading import items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Span

_LISTS = ("resources", "bases", "components")
_GENERATORS = ("configMapGenerator", "secretGenerator")


class Listings(Struct, frozen=True, dict=True):
    """The kustomization files of a tree, and what they list."""

    tree: Tree

    @cached_property
    def _listing(self) -> dict[str, list[Object]]:
        """By file or folder: the kustomizations that list it."""
        found: dict[str, list[Object]] = {}
        for item in self.tree.kustomizations:
            home = posixpath.dirname(item.file)
            for name in (name for key in _LISTS for name in map(text, items(item.root, key))):
                found.setdefault(posixpath.normpath(posixpath.join(home, name)), []).append(item)
        return found

    def missing(self) -> Iterator[tuple[str, Span]]:
        """Listed files and folders that are not in the tree."""
        for name, listing in self._listing.items():
            if self._files and not self._is_there(name):
                yield name, self._place(listing[0], name)

    def faults(self) -> Iterator[tuple[str, Span]]:
        """For what kustomize renders nothing at all: a listed file that is not there, and two objects of one name."""
        for name, span in self.missing():
            yield f"resource {name}, which is not there", span
        yield from ((what, span) for what, span, is_one in self._twins if is_one)

    def open(self) -> Iterator[tuple[str, Span]]:
        """What rendered objects do not show: what is not followed, what is generated, and variants of one object."""
        known = {span for _, span in self.missing()}
        yield from ((what, span) for what, span in self.tree.unfollowed if span not in known)
        for item in self.tree.kustomizations:
            yield from ((key, item.root.key_span(key)) for key in _GENERATORS if key in getattr(item.root, "entries", ()))
        yield from ((what, span) for what, span, is_one in self._twins if not is_one)

    @cached_property
    def _twins(self) -> tuple[tuple[str, Span, bool], ...]:
        """Two objects of one name, and whether they belong to one kustomization: else they may be variants."""
        first: dict[tuple[str, ...], Object] = {}
        found: list[tuple[str, Span, bool]] = []
        for item in (item for item in self.tree.objects if item.applied and item.file in self._listing):
            key = (item.api_version, item.kind, item.namespace, item.name)
            if (other := first.setdefault(key, item)) is not item:
                is_one = self._top(item.file) == self._top(other.file)
                found.append((f"resource {item.id}, which {other.file} holds, too", item.span, is_one))
        return tuple(found)

    def _top(self, file: str) -> str:
        """The outermost kustomization that lists ``file``. Where several list the same thing, none of them is it."""
        seen: dict[str, None] = {}
        while file not in seen:
            seen[file] = None
            listing = self._listing.get(file, [])
            file = (posixpath.dirname(listing[0].file) or ".") if len(listing) == 1 else file
        return file

    @cached_property
    def _files(self) -> frozenset[str]:
        """The files of the tree and its kustomizations, and the folders around them."""
        files = {*self.tree.files, *(item.file for item in (*self.tree.kustomizations, *self.tree.objects))}
        return frozenset(files | {file[:end] for file in files for end, mark in enumerate(file) if mark == "/"})

    def _is_there(self, name: str) -> bool:
        """Whether a listed file or folder is in the tree; what lies outside or comes from elsewhere may be anywhere."""
        first = name.partition("/")[0]
        if name.startswith("../") or ":" in first or "?" in name or ("." in first and "/" in name):
            return True
        return name in self._files

    @staticmethod
    def _place(item: Object, name: str) -> Span:
        home = posixpath.dirname(item.file)
        listed = (node for key in _LISTS for node in items(item.root, key))
        found = (node.span for node in listed if posixpath.normpath(posixpath.join(home, text(node))) == name)
        return next(found, item.span)
