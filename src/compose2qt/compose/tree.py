"""What the loader's stages share: how trees are built from leaves, and walked along the table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from compose2qt.compose.texts import text
from compose2qt.source import Mapping, Scalar, Sequence, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.source import Node, Span, Value


class FormError(ValueError):
    """A value that is none of the syntaxes of its attribute; ``fix`` shows one."""

    def __init__(self, why: str, fix: str, node: Node | None = None, code: str = "bad-syntax") -> None:
        super().__init__(why)
        self.fix = fix
        self.node = node
        self.code = code
        self.others: tuple[FormError, ...] = ()
        """What is wrong with other items of the same list."""


def built(span: Span, entries: dict[str, Value]) -> Mapping:
    """A mapping whose every value comes from the leaf at ``span``."""
    return Mapping({key: Scalar(value, span) for key, value in entries.items()}, span)


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none for anything else."""
    return node.items if isinstance(node, Sequence) else ()


def entries(node: Node | None) -> dict[str, Node]:
    """The entries of a mapping; none for anything else."""
    return node.entries if isinstance(node, Mapping) else {}


def string(node: Node | None) -> str:
    """A scalar as text; empty for anything else."""
    return text(node.value) if isinstance(node, Scalar) else ""


def strings(node: Node | None) -> list[str]:
    """A text, or a list of texts, as a list."""
    if isinstance(node, Sequence):
        return [text(item.value) for item in node.items if isinstance(item, Scalar)]
    return [text(node.value)] if isinstance(node, Scalar) and node.value is not None else []


def is_true(node: Node | None) -> bool:
    """Whether ``node`` is the value true."""
    return isinstance(node, Scalar) and node.value is True


def is_null(node: Node | None) -> bool:
    """Whether ``node`` is missing or has no value."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


def identity(node: Node) -> object:
    """Equal for nodes that JSON cannot tell apart: 1 and 1.0 are equal, 1 and "1" are not."""
    if isinstance(node, Scalar):
        value = node.value
        return (type(value).__name__, value) if isinstance(value, (str, bool)) else value
    return json.dumps(plain(node), sort_keys=True, default=str)


def each(node: Node, expand: Callable[[Scalar], Node]) -> Node:
    """The list ``node`` with its scalars expanded."""
    return spread(node, lambda item: (expand(item),))


def spread(node: Node, expand: Callable[[Scalar], Iterable[Node]]) -> Node:
    """The list ``node`` with any number of items for each of its scalars; ``FormError`` with all that are none."""
    if not isinstance(node, Sequence):
        return node
    made: list[Node] = []
    wrong: list[FormError] = []
    for item in node.items:
        try:
            made += expand(item) if isinstance(item, Scalar) else (item,)
        except FormError as error:
            wrong.append(error)
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
    return node.with_items(tuple(made))


def defaulted(node: Node, defaults: dict[str, Value]) -> Node:
    """The mapping ``node`` with what it lacks of ``defaults``."""
    if not isinstance(node, Mapping):
        return node
    added: dict[str, Node] = {key: Scalar(value, node.span) for key, value in defaults.items() if key not in node.entries}
    return node.with_entries({**node.entries, **added}) if added else node
