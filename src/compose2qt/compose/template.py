"""The variables that a Compose file uses, as ``config --variables`` lists them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.compose.interpolation import TemplateError, closing_brace
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-+?]")


class Variable(NamedTuple):
    """A variable, and what becomes of it without a value (``default``) or with one (``alternate``)."""

    name: str
    default: str = ""
    alternate: str = ""
    required: bool = False


def variables_of(node: Node) -> dict[str, Variable]:
    """The variables in the values under ``node``; what a later use says of one wins."""
    return {variable.name: variable for text in _texts(node) if "$" in text for variable in _variables(text)}


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Scalar):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item)
    elif isinstance(node, Mapping):
        for value in node.entries.values():
            yield from _texts(value)


def _variables(text: str) -> Iterator[Variable]:
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        position = dollar + 1
        if text.startswith("$", position):
            position += 1
        elif text.startswith("{", position):
            try:
                end = closing_brace(text, position)
            except TemplateError:  # told where it is interpolated
                continue
            yield from _braced(text[position + 1 : end])
            position = end + 1
        elif match := _NAME.match(text, position):
            yield Variable(match[0])
            position = match.end()


def _braced(body: str) -> Iterator[Variable]:
    name = _NAME.match(body)
    if name is None:
        return
    operator = _OPERATOR.match(body, name.end())
    if operator is None and name.end() < len(body):
        return
    rest = body[operator.end() :] if operator else ""
    kind = operator[0][-1] if operator else ""
    yield Variable(name[0], rest if kind == "-" else "", rest if kind == "+" else "", kind == "?")
    if kind in ("-", "+"):
        yield from _variables(rest)
