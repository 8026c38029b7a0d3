"""``${VARIABLE}`` in values: every operator, nested, and the casts of what comes out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from compose2qt.compose.units import decimal
from compose2qt.source import Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping as Variables

    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node, Span

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-+?]")
_BRACE = re.compile(r"[{}\n]")
_TRUE = frozenset("true y yes on".split())
_FALSE = frozenset("false n no off".split())
MAX_LENGTH = 16 * 1024 * 1024
"""A value longer than this, after substitution, is refused: it is a bomb."""


class TemplateError(ValueError):
    """A value whose ``$`` cannot be substituted; the text says why, without quoting the value."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.fix = fix


def substitute(text: str, variables: Variables[str, str], unset: dict[str, None] | None = None, depth: int = 0) -> str:
    """``text`` with its variables; names without value and without default are added to ``unset``.

    Source: compose-loader reference, section 2.2.
    """
    if "$" not in text:
        return text
    if depth > 100:
        raise TemplateError("defaults are nested deeper than 100 levels", "flatten them")
    parts: list[str] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        following = text[dollar + 1 : dollar + 2]
        if following == "$":
            parts.append("$")
            position = dollar + 2
        elif following == "{":
            end = closing_brace(text, dollar + 1)
            parts.append(_braced(text[dollar + 2 : end], variables, unset, depth))
            position = end + 1
        elif match := _NAME.match(text, dollar + 1):
            parts.append(_value(match[0], variables, unset))
            position = match.end()
        else:
            parts.append("$")
            position = dollar + 1
    parts.append(text[position:])
    return "".join(parts)


def closing_brace(text: str, opening: int) -> int:
    """Where the brace at ``opening`` is closed; ``TemplateError`` if it is not.

    As in the reference the character after a brace is never looked at, and where braces do not match, the last one that
    closes in this line is taken: ``${A:-{}`` is ``{``.
    """
    level, looked_at, end = 0, opening, len(text)
    for match in _BRACE.finditer(text, opening):
        if match.start() < looked_at:
            continue
        if match[0] == "{":
            level, looked_at = level + 1, match.end() + 1
            continue
        if match[0] == "\n":
            end = match.start()
            break
        level -= 1
        if level == 0:
            return match.start()
    last = text.rfind("}", opening, end)
    if last < 0:
        raise TemplateError("a ${ is not closed", "close it with }, or write $$ for a literal $")
    return last


def _braced(body: str, variables: Variables[str, str], unset: dict[str, None] | None, depth: int) -> str:
    match = _NAME.match(body)
    if match is None:
        raise TemplateError("${...} does not begin with a variable's name", "write $$ for a literal $")
    name, rest = match[0], body[match.end() :]
    if not rest:
        return _value(name, variables, unset)
    operator = _OPERATOR.match(rest)
    if operator is None or "\n" in rest:
        raise TemplateError(f"${{{name}...}} has an unknown operator", "use one of :- - :+ + :? ?, or $$ for a literal $")
    other = rest[operator.end() :]
    value = variables.get(name)
    present = bool(value) if operator[0][0] == ":" else value is not None
    kind = operator[0][-1]
    if kind == "-":
        return value or "" if present else substitute(other, variables, unset, depth + 1)
    if kind == "+":
        return substitute(other, variables, unset, depth + 1) if present else ""
    if not present:
        message = substitute(other, variables, unset, depth + 1)
        raise TemplateError(
            f"the required variable {name} is not set{f': {message}' if message else ''}",
            f"set it in .env, with --env-file, or with --env {name}=VALUE",
        )
    return value or ""


def _value(name: str, variables: Variables[str, str], unset: dict[str, None] | None) -> str:
    value = variables.get(name)
    if value is None and unset is not None:
        unset[name] = None
    return value or ""


class Interpolation:
    """Substitutes the string values of a document, and casts them where the table says so."""

    def __init__(self, variables: Variables[str, str], collector: Collector) -> None:
        self.variables = variables
        self.collector = collector
        self.warned: set[str] = set()
        self.unset: dict[Span, str] = {}
        """By the place of a value: a variable in it that is not set."""

    def apply(self, node: Node, attribute: Attribute | None) -> Node:
        """``node`` with every string value substituted; keys never are, nor is what ``!reset`` removes."""
        if node.tag == "!reset":
            return node
        if isinstance(node, Scalar):
            return self._scalar(node, attribute)
        if isinstance(node, Sequence):
            below = attribute.item if attribute else None
            items = tuple(self.apply(item, below) for item in node.items)
            return node if _same(items, node.items) else Sequence(items, node.span, node.tag)
        entries = {key: self.apply(value, attribute.below(key) if attribute else None) for key, value in node.entries.items()}
        return node if _same(entries.values(), node.entries.values()) else node.with_entries(entries)

    def _scalar(self, node: Scalar, attribute: Attribute | None) -> Scalar:
        if not isinstance(node.value, str):
            return node
        value = node.value
        if "$" in value:
            value = self._substituted(node, value)
        if attribute is not None and attribute.cast:
            return self._cast(node, value, attribute)
        return node if value == node.value else node.with_value(value)

    def _substituted(self, node: Scalar, value: str) -> str:
        unset: dict[str, None] = {}
        try:
            value = substitute(value, self.variables, unset)
        except TemplateError as error:
            self.collector.error("interpolation", str(error), node.span, error.fix)
        if len(value) > MAX_LENGTH:
            self.collector.error("interpolation", "the value is longer than 16 MiB after substitution", node.span, "shorten it")
            value = ""
        for name in unset:
            self.unset[node.span] = name
            if name not in self.warned:
                self.warned.add(name)
                self.collector.warning(
                    "variable-unset",
                    f"the variable {name} is not set: it becomes empty",
                    node.span,
                    "set it in .env or with --env",
                )
        return value

    def _cast(self, node: Scalar, value: str, attribute: Attribute) -> Scalar:
        try:
            return node.with_value(cast(value, attribute.cast))
        except ValueError:
            wanted = {"int": "a whole number", "num": "a number", "bool": "true or false"}[attribute.cast]
            self.collector.error("wrong-type", f"this must be {wanted}", node.span, f"write {wanted}")
            return node


def cast(value: str, kind: str) -> Any:
    """``value`` as Compose casts it at an ``int``, ``num`` or ``bool`` attribute; ``ValueError`` if it cannot."""
    if kind == "bool":
        word = value.lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise ValueError(value)
    if kind == "int" and re.fullmatch(r"[-+]?\d{1,19}", value):
        return int(value)
    if kind == "num":
        number = float(decimal(value))
        return int(number) if number.is_integer() else number
    raise ValueError(value)


def _same(new: Any, old: Any) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))
