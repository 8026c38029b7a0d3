"""The located tree: plain data whose every value knows its place in the source.

Stages never change a node: they build new mappings and sequences around the same scalars, so a value keeps its
span through merging, interpolation and canonical forms, and the ledger can say where each field came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection

    from compose2qt.source.span import Path, Span

Value: TypeAlias = "str | int | float | bool | datetime.datetime | None"
Plain: TypeAlias = "Value | list[Plain] | dict[str, Plain]"


class Scalar(Struct, frozen=True, gc=False):
    """A single value. ``also`` are further leaves that shaped it (a variable's definition, a shared anchor)."""

    value: Value
    span: Span
    tag: str | None = None
    also: tuple[Span, ...] = ()

    def with_value(self, value: Value) -> Scalar:
        """The same place with another value."""
        return Scalar(value, self.span, self.tag, self.also)


class Sequence(Struct, frozen=True):
    """A list of nodes; ``span`` is where it begins."""

    items: tuple[Node, ...]
    span: Span
    tag: str | None = None

    def with_items(self, items: tuple[Node, ...]) -> Sequence:
        """The same place with other items."""
        return Sequence(items, self.span, self.tag)


class Mapping(Struct, frozen=True):
    """Entries in source order; ``keys`` has the place of each key that was written in a source."""

    entries: dict[str, Node]
    span: Span
    keys: dict[str, Span] = field(default_factory=dict)
    tag: str | None = None
    merged: tuple[Node, ...] = ()
    """The values of ``<<`` whose entries stand in ``entries`` too: kept so that no leaf goes uncounted."""

    def get(self, key: str) -> Node | None:
        """The entry under ``key``, or None."""
        return self.entries.get(key)

    def key_span(self, key: str) -> Span:
        """Where ``key`` was written; the mapping's own place for a key that a stage added."""
        return self.keys.get(key, self.span)

    def with_entries(self, entries: dict[str, Node]) -> Mapping:
        """The same place with other entries."""
        return Mapping(entries, self.span, self.keys, self.tag, self.merged)


Node: TypeAlias = Scalar | Sequence | Mapping


def plain(node: Node) -> Plain:
    """``node`` without places, as Python data."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


def leaves(node: Node, path: Path = ()) -> list[tuple[Path, Node]]:
    """Every scalar and every empty collection under ``node`` with its path, in source order."""
    found: list[tuple[Path, Node]] = []
    _gather(node, path, found)
    return found


def _gather(node: Node, path: Path, found: list[tuple[Path, Node]]) -> None:
    if isinstance(node, Scalar):
        found.append((path, node))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            _gather(item, (*path, index), found)
        if not node.items:
            found.append((path, node))
    else:
        for merged in node.merged:
            _gather(merged, (*path, "<<"), found)
        for key, value in node.entries.items():
            _gather(value, (*path, key), found)
        if not node.entries and not node.merged:
            found.append((path, node))


def spans(node: Node) -> tuple[Span, ...]:
    """The source leaves that ``node`` is made of."""
    if isinstance(node, Scalar):
        return (node.span, *node.also) if node.also else (node.span,)
    found: dict[Span, None] = {}
    _mark(node, found)
    return tuple(found)


def _mark(node: Node, found: dict[Span, None]) -> None:
    """Put the places of the leaves under ``node`` into ``found``, in the order of ``leaves``."""
    if isinstance(node, Scalar):
        found[node.span] = None
        if node.also:
            found.update(dict.fromkeys(node.also))
        return
    if isinstance(node, Sequence):
        parts: Collection[Node] = node.items
    else:
        parts = (*node.merged, *node.entries.values()) if node.merged else node.entries.values()
    if not parts:
        found[node.span] = None
    for part in parts:
        _mark(part, found)
