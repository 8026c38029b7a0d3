"""Canonical nodes to the typed values that units declare: the parameter's type is the schema."""

from __future__ import annotations

import types
import typing
from decimal import Decimal
from functools import cache, partial
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
    return _reader(wanted)(node)


@cache
def _reader(wanted: Any) -> Callable[[Node], Any]:
    """What makes values of type ``wanted``: a type is looked into once, and thousands of nodes are read by it."""
    if wanted in (Node, Mapping, Sequence, Scalar) or wanted is Any:
        return lambda node: node
    if wanted in _SCALARS:
        return partial(_scalar, _SCALARS[wanted], getattr(wanted, "__name__", "a value").lower())
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        stated = _reader(next(part for part in arguments if part is not types.NoneType))
        return lambda node: None if isinstance(node, Scalar) and node.value is None else stated(node)
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda node: tuple(item(one) for one in _items(node))
    if origin is dict:
        value = _reader(arguments[1])
        return lambda node: {key: value(one) for key, one in _entries(node).items()}
    return partial(_structure, wanted)


def _scalar(read: Callable[[Any], Any], name: str, node: Node) -> Any:
    if not isinstance(node, Scalar):
        raise BindError(node, "a single value")
    try:
        return read(node.value)
    except (ValueError, TypeError, ArithmeticError):
        raise BindError(node, name) from None


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


def _structure(wanted: Any, node: Node) -> Any:
    entries = _entries(node)
    if not isinstance(node, Mapping):
        node = Mapping({}, node.span)
    return wanted(node=node, **{name: read(entries[name]) for name, read in _fields(wanted) if name in entries})


@cache
def _fields(wanted: Any) -> tuple[tuple[str, Callable[[Node], Any]], ...]:
    return tuple((name, _reader(kind)) for name, kind in wanted.__annotations__.items() if name != "node")
