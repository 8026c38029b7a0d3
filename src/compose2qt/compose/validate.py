"""A document against the table: unknown keys, wrong types, words that are not allowed, keys that are missing."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from compose2qt.compose.spec import NAME
from compose2qt.compose.tree import identity, is_null
from compose2qt.diagnostic import nearest
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node, Span

_WORDS = {
    "str": "text",
    "int": "a whole number",
    "num": "a number",
    "bool": "true or false",
    "list": "a list",
    "map": "a mapping",
    "null": "nothing",
}
_NAME = re.compile(NAME)
_ULIMIT = re.compile(r"[a-z]+")
_TEXT = frozenset(("str",))
# An unquoted date is text only where any scalar becomes text: elsewhere the reference refuses or loses it.
_PAIR_VALUES = frozenset(("str", "num", "bool", "null", "date"))
_DATE = frozenset(("date",))
_HOST_VALUES = frozenset(("str", "list"))


def validate(root: Mapping, attribute: Attribute, collector: Collector) -> None:
    """Tell every place of the document ``root`` that the table does not allow."""
    _Walk(collector).check(root, attribute, ())


def validate_node(node: Node, attribute: Attribute, path: tuple[object, ...], collector: Collector) -> None:
    """The same for the value ``node`` at ``path``."""
    _Walk(collector).check(node, attribute, path)


class _Walk:
    """One walk over a document; a path is a chain of keys that only a message needs as text."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.told: set[tuple[object, ...]] = set()

    def tell(self, code: str, path: tuple[object, ...], message: str, span: Span, fix: str) -> None:
        """Tell what is wrong at ``path``; once, if several services got it from one place by ``<<`` or ``extends``."""
        same = (code, path[-1:], span, fix)
        if same not in self.told:
            self.told.add(same)
            self.collector.error(code, message, span, fix)

    def check(self, node: Node, attribute: Attribute, path: tuple[object, ...]) -> None:
        kind = type(node)
        if kind is Scalar:
            self._scalar(node, attribute, path)  # type: ignore[arg-type]  # a Scalar
        elif kind is Mapping:
            if "map" in attribute.types:
                self._mapping(node, attribute, path)  # type: ignore[arg-type]  # a Mapping
            else:
                self._wrong_type(node, attribute.types, path)
        elif "list" in attribute.types:
            self._list(node, attribute, path)  # type: ignore[arg-type]  # a Sequence
        else:
            self._wrong_type(node, attribute.types, path)

    def _scalar(self, node: Scalar, attribute: Attribute, path: tuple[object, ...]) -> None:
        value = node.value
        if not _has_type(node, attribute.types):
            self._wrong_type(node, attribute.types, path)
        elif isinstance(value, str):
            if attribute.enum and value not in attribute.enum:
                self.tell(
                    "not-allowed", path, f"{_shown(path)} cannot be {value[:40]!r}", node.span, nearest(value, attribute.enum)
                )
            elif attribute.match and not attribute.allows(value):
                self.tell("not-allowed", path, f"{_shown(path)} cannot be {value[:40]!r}", node.span, _MATCHES[attribute.match])
        elif attribute.span is not None and not attribute.span[0] <= float(value) <= attribute.span[1]:  # type: ignore[arg-type]  # a number
            low, high = (f"{limit:g}" for limit in attribute.span)
            self.tell("not-allowed", path, f"{_shown(path)} is out of range", node.span, f"write a number from {low} to {high}")

    def _list(self, node: Sequence, attribute: Attribute, path: tuple[object, ...]) -> None:
        item_row = attribute.item
        for index, item in enumerate(node.items):
            if item_row is not None:
                self.check(item, item_row, (*path, index))
            elif type(item) is not Scalar or not isinstance(item.value, str):
                self._wrong_type(item, _TEXT, (*path, index))
        if attribute.has_unique_items and len(node.items) > 1:
            self._distinct(node, path)

    def _distinct(self, node: Sequence, path: tuple[object, ...]) -> None:
        seen: dict[object, int] = {}
        for index, item in enumerate(node.items):
            same = identity(item)
            if same in seen:
                self.collector.error(
                    "duplicate-item", f"{_shown((*path, index))} stands twice in its list", item.span, "keep one of the two"
                )
            seen[same] = index

    def _mapping(self, node: Mapping, attribute: Attribute, path: tuple[object, ...]) -> None:
        rows, wildcard = attribute.keys, attribute.wildcard
        above = None
        for key, value in node.entries.items():
            row = rows.get(key, wildcard)
            if row is not None and key != "[]":
                above = key
                if attribute.has_names and not _NAME.fullmatch(key):
                    self._illegal_name(node, key, path)
                elif attribute.match != "ulimit" or _ULIMIT.fullmatch(key):
                    self.check(value, row, (*path, key))
            elif not rows or "[]" in rows:
                self._free(node, key, value, attribute, path)
            elif not attribute.is_open and (attribute.is_closed or not key.startswith("x-")):
                self._unknown(node, key, above, attribute, path)
        for needed in attribute.need:
            if needed not in node.entries:
                self.collector.error("missing-key", f"{_shown(path)} needs {needed!r}", node.span, f"add {needed}:")
        if attribute.any and not any(key in node.entries for key in attribute.any):
            choices = " or ".join(attribute.any)
            self.collector.error("missing-key", f"{_shown(path)} needs {choices}", node.span, f"add {attribute.any[0]}:")

    def _free(self, node: Mapping, key: str, value: Node, attribute: Attribute, path: tuple[object, ...]) -> None:
        """An entry of a mapping whose keys the user chooses."""
        if attribute.bind in ("pairs", "environment") or attribute.form in ("pairs_map", "ssh"):
            types = _PAIR_VALUES
        elif attribute.bind == "hosts":
            types = _HOST_VALUES
        else:
            types = attribute.values | _DATE if attribute.bind == "texts" and len(attribute.values) > 1 else attribute.values
        if not key and types in (_PAIR_VALUES, _HOST_VALUES, _TEXT):
            self._illegal_name(node, key, path)
        if not types:
            return
        if isinstance(value, Sequence) and "list" in types:
            wanted = types - {"list"} if attribute.bind != "hosts" else _TEXT
            for index, item in enumerate(value.items):
                if not isinstance(item, Scalar) or not _has_type(item, wanted):
                    self._wrong_type(item, wanted, (*path, key, index))
        elif not isinstance(value, Scalar) or not _has_type(value, types):
            self._wrong_type(value, types, (*path, key))

    def _illegal_name(self, node: Mapping, key: str, path: tuple[object, ...]) -> None:
        self.collector.error(
            "illegal-name",
            f"{key[:60]!r} is not a legal name in {_shown(path)}",
            node.key_span(key),
            "use letters, digits, dots, dashes and underscores",
        )

    def _unknown(self, node: Mapping, key: str, above: str | None, attribute: Attribute, path: tuple[object, ...]) -> None:
        """``key`` is none; if the known one ``above`` it holds nothing, it may only lack indentation."""
        known = [name for name in attribute.keys if name not in ("*", "[]")]
        where = f"in {_shown(path)}" if path else "at the top of a Compose file"
        fix = nearest(key, known)
        if fix.startswith("known:") and above is not None and is_null(node.entries[above]):
            fix = f"indent it, if it belongs to {above!r}"
        self.tell("unknown-key", (*path, key), f"there is no {key[:60]!r} {where}", node.key_span(key), fix)

    def _wrong_type(self, node: Node, types: frozenset[str], path: tuple[object, ...]) -> None:
        wanted = " or ".join(_WORDS[kind] for kind in sorted(types - {"null", "date"}))
        below = " below it, indented further" if "map" in types and is_null(node) else ""
        self.tell(
            "wrong-type", path, f"{_shown(path)} must be {wanted}, not {_kind(node)}", node.span, f"write {wanted}{below}"
        )


_MATCHES = {
    "container": "use at least two of letters, digits, dots, dashes and underscores",
    "pull": "use always, never, missing, build, daily, weekly or every_<duration>",
}


def _shown(path: tuple[object, ...]) -> str:
    """``path`` for people; names of thousands of characters are cut."""
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{str(step)[:60]}" for step in path)
    return shown.lstrip(".") or "a Compose file"


def _has_type(node: Scalar, types: frozenset[str]) -> bool:
    value = node.value
    if isinstance(value, str):
        return "str" in types
    if value is None:
        return "null" in types
    if isinstance(value, bool):
        return "bool" in types
    if isinstance(value, int):
        return "int" in types or "num" in types
    if isinstance(value, float):
        return ("num" in types or ("int" in types and value.is_integer())) and abs(value) != float("inf") and value == value  # noqa: PLR0124 - not a number
    return "date" in types


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true or false"
    if isinstance(node.value, datetime.datetime):
        return "a date (write it in quotes)"
    return "a number" if isinstance(node.value, (int, float)) else "text"
