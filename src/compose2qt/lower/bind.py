"""Canonical nodes to the typed values that units declare: the parameter's type is the schema."""

from __future__ import annotations

import types
import typing
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from compose2qt.compose.units import byte_count, seconds
from compose2qt.lower.shapes import Bytes, Seconds
from compose2qt.source import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.source import Value


def _text(value: Value) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    str: _text,
    int: int,
    bool: bool,
    Decimal: lambda value: Decimal(str(value)),
    Seconds: lambda value: Decimal(seconds(str(value))),
    Bytes: byte_count,
}


class BindError(ValueError):
    """A value that is not what its attribute takes; ``node`` is where it stands."""

    def __init__(self, node: Node, expected: str) -> None:
        self.node = node
        super().__init__(f"this is not {expected}")


def bind(node: Node, wanted: Any) -> Any:
    """``node`` as a value of type ``wanted``: a node type, a scalar type, ``X | None``, a tuple, dict or Struct."""
    if wanted in (Node, Mapping, Sequence, Scalar) or wanted is Any:
        return node
    if wanted in _SCALARS:
        return _scalar(node, wanted)
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        empty = isinstance(node, Scalar) and node.value is None
        return None if empty else bind(node, next(part for part in arguments if part is not types.NoneType))
    if origin is tuple:
        return tuple(bind(item, arguments[0]) for item in _items(node))
    if origin is dict:
        return {key: bind(value, arguments[1]) for key, value in _entries(node).items()}
    return _structure(node, wanted)


def _scalar(node: Node, wanted: Any) -> Any:
    if not isinstance(node, Scalar):
        raise BindError(node, "a single value")
    try:
        return _SCALARS[wanted](node.value)
    except (ValueError, TypeError, ArithmeticError):
        raise BindError(node, getattr(wanted, "__name__", "a value").lower()) from None


def _items(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.items
    return () if isinstance(node, Scalar) and node.value is None else (node,)


def _entries(node: Node) -> dict[str, Node]:
    if isinstance(node, Mapping):
        return node.entries
    if isinstance(node, Scalar) and node.value is None:
        return {}
    raise BindError(node, "a mapping")


def _structure(node: Node, wanted: Any) -> Any:
    entries = _entries(node)
    if not isinstance(node, Mapping):
        node = Mapping({}, node.span)
    found = {name: bind(entries[name], kind) for name, kind in _fields(wanted) if name in entries}
    return wanted(node=node, **found)


@cache
def _fields(wanted: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((name, kind) for name, kind in wanted.__annotations__.items() if name != "node")
