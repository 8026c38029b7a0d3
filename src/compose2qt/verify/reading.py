"""Short ways to read located trees; what is missing reads as empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from compose2qt.source import Node, Span

_NOTHING: dict[str, Node] = {}


def find(node: Node | None, *path: str) -> Node | None:
    """The node at ``path`` under ``node``."""
    for step in path:
        # Comparing types is several times faster than isinstance, and each service is asked some hundred times.
        if type(node) is not Mapping:
            return None
        node = node.entries.get(step)
    return node


def text(node: Node | None, *path: str) -> str:
    """The scalar at ``path`` as text; truth values in lower case."""
    for step in path:
        if type(node) is not Mapping:
            return ""
        node = node.entries.get(step)
    if type(node) is not Scalar or node.value is None:
        return ""
    value = node.value
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(node: Node | None, *path: str) -> int | None:
    """The whole number at ``path``."""
    written = text(node, *path)
    try:
        return int(written)
    except ValueError:
        return None


def is_true(node: Node | None, *path: str) -> bool:
    """Whether ``path`` holds true."""
    return text(node, *path) == "true"


def items(node: Node | None, *path: str) -> tuple[Node, ...]:
    """The items of the list at ``path``."""
    found = find(node, *path) if path else node
    return found.items if type(found) is Sequence else ()


def texts(node: Node | None, *path: str) -> tuple[str, ...]:
    """The scalars of the list at ``path``."""
    return tuple(text(item) for item in items(node, *path))


def entries(node: Node | None, *path: str) -> dict[str, Node]:
    """The entries of the mapping at ``path``."""
    found = find(node, *path) if path else node
    return found.entries if type(found) is Mapping else _NOTHING


def place(node: Node | None, *path: str) -> Span | None:
    """Where the node at ``path`` stands; else where ``node`` does."""
    found = find(node, *path)
    return found.span if found is not None else (node.span if node is not None else None)
