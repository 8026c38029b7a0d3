"""Final values, once all files are merged: one function for each ``bind`` and ``late`` of the table."""

from __future__ import annotations

import math
import operator
import re
import struct
from types import NoneType
from typing import TYPE_CHECKING, Any

from compose2qt.compose.forms import as_text, transformed
from compose2qt.compose.interpolation import cast
from compose2qt.compose.texts import go_duration, shell_words, text
from compose2qt.compose.tree import FormError, string
from compose2qt.compose.units import byte_count, seconds
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node, Span


_OCTAL = re.compile(r"[-+]?[0-7]{1,20}")


def environment(node: Node) -> Node:
    """``[A=1, B]`` and ``{A: 1, B: null}`` to a mapping of texts; a name without value stays without one."""
    if isinstance(node, Mapping):
        return node.with_entries({key: as_text(value) for key, value in node.entries.items()})
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    keys: dict[str, Span] = {}
    for item in node.items:
        key, equals, value = string(item).partition("=")
        if key and key[-1].isspace():
            raise FormError("the name before = ends in a blank", "write NAME=VALUE", item)
        also = item.also if isinstance(item, Scalar) else ()
        entries[key] = Scalar(value if equals else None, item.span, None, also)
        keys[key] = item.span
    return Mapping(entries, node.span, keys)


def pairs(node: Node) -> Node:
    """The same, where a name without value has an empty one."""
    if isinstance(node, Sequence):
        found = ((string(item).partition("="), item) for item in node.items)
        made: dict[str, Node] = {key: Scalar(value, item.span) for (key, _, value), item in found}
        return Mapping(made, node.span)
    return texts(node)


def texts(node: Node) -> Node:
    """A mapping of scalars to one of texts; no value is an empty text."""
    if not isinstance(node, Mapping):
        return node
    return node.with_entries(
        {
            key: value.with_value(text(value.value))
            if isinstance(value, Scalar) and not isinstance(value.value, str)
            else value
            for key, value in node.entries.items()
        }
    )


def lists(node: Node) -> Node:
    """A mapping of scalars or lists to one of lists of texts (``provider.options``)."""
    if not isinstance(node, Mapping):
        return node
    return node.with_entries({key: items(as_list(value)) for key, value in node.entries.items()})


def as_list(node: Node) -> Node:
    """A single value as a list of one."""
    return Sequence((node,), node.span) if isinstance(node, Scalar) else node


def items(node: Node) -> Node:
    """The items of a list as texts; the reference takes no fractions there."""
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar) and isinstance(item.value, float):
            raise FormError("this must be text or a whole number", "write it in quotes", item)
    return node.with_items(tuple(as_text(item) for item in node.items)) if isinstance(node, Sequence) else node


def hosts(node: Node) -> Node:
    """``extra_hosts``: ``[name=ip, name:ip]`` or ``{name: ip}`` to a mapping of address lists."""
    found: dict[str, list[Node]] = {}
    if isinstance(node, Mapping):
        for name, value in node.entries.items():
            found[name] = [_address(item) for item in (value.items if isinstance(value, Sequence) else (value,))]
    elif isinstance(node, Sequence):
        for item in node.items:
            written = string(item)
            separator = "=" if "=" in written else ":"
            name, mark, address = written.partition(separator)
            if not mark:
                raise FormError("this is not NAME=ADDRESS", "write NAME=ADDRESS", item)
            found.setdefault(name, []).extend(Scalar(_bare(one), item.span) for one in address.split(","))
    else:
        return node
    return Mapping({name: Sequence(tuple(addresses), node.span) for name, addresses in found.items()}, node.span)


def _address(node: Node) -> Node:
    return node.with_value(_bare(text(node.value))) if isinstance(node, Scalar) else node


def _bare(address: str) -> str:
    return address[1:-1] if address.startswith("[") and address.endswith("]") else address


def argv(node: Node) -> Node:
    """``command`` and ``entrypoint``: a string is split as a shell splits words, without running one."""
    if not isinstance(node, Scalar):
        return items(node)
    try:
        words = shell_words(text(node.value))
    except ValueError as error:
        raise FormError(str(error), "write a list of words", node) from None
    return Sequence(tuple(Scalar(word, node.span) for word in words), node.span)


def test(node: Node) -> Node:
    """``healthcheck.test``: a string runs in a shell."""
    if isinstance(node, Scalar):
        return Sequence((Scalar("CMD-SHELL", node.span), Scalar(text(node.value), node.span)), node.span)
    return items(node)


def size(node: Node) -> Node:
    """A byte size, as decimal text; the reference loses one that YAML reads as a fraction."""
    if not isinstance(node, Scalar):
        return node
    if isinstance(node.value, float):
        return node.with_value("0")
    try:
        return node.with_value(str(byte_count(node.value)))  # type: ignore[arg-type]  # dates fail as text
    except (ValueError, ArithmeticError):
        raise FormError("this is not a size", "write a size such as 512m", node) from None


def duration(node: Node) -> Node:
    """A duration, as Go prints it."""
    if not isinstance(node, Scalar):
        return node
    try:
        return node.with_value(go_duration(seconds(text(node.value))))
    except ValueError:
        raise FormError("this is not a duration", "write a number with a unit, such as 30s or 1m30s", node) from None


def mode(node: Node) -> Node:
    """A file mode, as octal text: text is octal already, a number is the mode itself."""
    if not isinstance(node, Scalar):
        return node
    try:
        is_octal = isinstance(node.value, str) and _OCTAL.fullmatch(node.value)
        number = int(str(node.value), 8) if is_octal else operator.index(node.value)  # type: ignore[arg-type]  # others fail
    except (ValueError, TypeError):
        raise FormError("this is not a file mode", 'write it in octal: "0440"', node) from None
    return node.with_value(f"0{number:o}")


def count(node: Node) -> Node:
    """A number of devices, or ``all``."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if node.value == "all":
            return node.with_value(-1)
        return integer(node)
    if isinstance(node, Scalar) and isinstance(node.value, float):
        raise FormError("this must be a whole number or all", "write a whole number", node)
    return node


def port(node: Node) -> Node:
    """A published port or range as text."""
    if isinstance(node, Scalar) and isinstance(node.value, float):
        raise FormError("a port is a whole number", "write a port such as 8080", node)
    return as_text(node)


def strings(node: Node) -> Node:
    """A mapping of texts and whole numbers to one of texts."""
    for value in node.entries.values() if isinstance(node, Mapping) else ():
        if not isinstance(value, Scalar) or not isinstance(value.value, (str, int, NoneType)):
            raise FormError("this must be text", "write it in quotes", value)
    return texts(node)


def _cast(kind: str, wanted: str) -> Callable[[Node], Node]:
    def made(node: Node) -> Node:
        if not isinstance(node, Scalar):
            return node
        try:
            value = cast(node.value, kind) if isinstance(node.value, str) else node.value
            if isinstance(value, float) and kind == "int":
                value = int(value)
            return node.with_value(_single(value) if kind == "num" else value)
        except (ValueError, OverflowError):
            raise FormError(f"this must be {wanted}", f"write {wanted}", node, "wrong-type") from None

    return made


def _single(value: Any) -> Any:
    """``value`` in the 32 bits that the reference keeps of a fraction, with the fewest digits that say so."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return value
    kept = _packed(value)
    number = next((float(f"{kept:.{digits}g}") for digits in range(6, 9) if _packed(float(f"{kept:.{digits}g}")) == kept), kept)
    return int(number) if number.is_integer() else number


def _packed(value: float) -> float:
    found: float = struct.unpack("f", struct.pack("f", value))[0]
    return found


def _unsigned(bits: int) -> Callable[[Node], Node]:
    """A number that no text stands for."""

    def made(node: Node) -> Node:
        if not isinstance(node, Scalar) or not isinstance(node.value, (int, float)) or not 0 <= node.value < 1 << bits:
            raise FormError("this must be a whole number", f"write a number from 0 to {(1 << bits) - 1}", node)
        return node.with_value(int(node.value))

    return made


integer = _cast("int", "a whole number")

BINDS: dict[str, Callable[[Node], Node]] = {
    "argv": argv,
    "bytes": size,
    "count": count,
    "duration": duration,
    "environment": environment,
    "hosts": hosts,
    "items": items,
    "list": as_list,
    "lists": lists,
    "mode": mode,
    "pairs": pairs,
    "port": port,
    "strings": strings,
    "test": test,
    "text": as_text,
    "texts": texts,
}
LATE: dict[str, Callable[[Node], Node]] = {
    "bool": _cast("bool", "true or false"),
    "int": integer,
    "num": _cast("num", "a number"),
    "uint16": _unsigned(16),
    "uint32": _unsigned(32),
}


def bound(node: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """``node`` with every value as Docker gets it: words split, sizes in bytes, durations and numbers read."""
    made: Any = transformed(node, attribute, "bind", BINDS, collector)
    return transformed(made, attribute, "late", LATE, collector)
