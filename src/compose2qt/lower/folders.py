"""Host folders that become claims: each its own, a folder inside another one a part of that claim."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.lower.attributes.binds import object_name

if TYPE_CHECKING:
    from collections.abc import Iterable


class Folders(Struct, frozen=True):
    """The claim of each host folder, and where in it the folder lies."""

    places: dict[str, tuple[str, str]]

    @classmethod
    def of(cls, paths: Iterable[str], reserved: Iterable[str]) -> Folders:
        """Places for ``paths``; no claim has one of the ``reserved`` names, which are those of named volumes."""
        unique = tuple(dict.fromkeys(posixpath.normpath(path) for path in paths))
        known, taken = set(unique), set(reserved)
        names: dict[str, str] = {}
        for path in unique:
            root = _root(path, known)
            if root not in names:
                names[root] = _free(object_name(root), taken)
                taken.add(names[root])
        found: dict[str, tuple[str, str]] = {}
        for path in unique:
            root = _root(path, known)
            found[path] = names[root], "" if path == root else posixpath.relpath(path, root)
        return cls(found)

    def claim(self, path: str) -> tuple[str, str]:
        """The claim of a folder, and its path in it (empty: all of it)."""
        return self.places[posixpath.normpath(path)]


def _root(path: str, known: set[str]) -> str:
    """The outermost folder of ``known`` in which ``path`` lies."""
    root, parent = path, posixpath.dirname(path)
    while parent not in ("", "/", "."):
        if parent in known:
            root = parent
        parent = posixpath.dirname(parent)
    return root


def _free(name: str, taken: set[str]) -> str:
    candidate, count = name, 2
    while candidate in taken:
        candidate, count = (f"{name}-folder", 2) if candidate == name else (f"{name}-folder-{count}", count + 1)
    return candidate
