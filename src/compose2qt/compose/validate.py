"""A document against the table: unknown keys, wrong types, words that are not allowed, keys that are missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.diagnostic import nearest
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

_WORDS = {
    "str": "text",
    "int": "a whole number",
    "num": "a number",
    "bool": "true or false",
    "list": "a list",
    "map": "a mapping",
    "null": "nothing",
}
_SERVICE_NAME = re.compile(r"[a-zA-Z0-9._-]+\Z")
_NAMED_SECTIONS = ("services", "networks", "volumes", "secrets", "configs", "models", "jobs")


def validate(root: Mapping, attribute: Attribute, collector: Collector) -> None:
    """Tell every place of the document ``root`` that the table does not allow."""
    _check(root, attribute, "", collector)
    for section in _NAMED_SECTIONS:
        names = root.get(section)
        for name in names.entries if isinstance(names, Mapping) else ():
            if not _SERVICE_NAME.match(name) and not name.startswith("x-"):
                collector.error(
                    "illegal-name",
                    f"{name[:60]!r} is not a legal name in {section}",
                    names.key_span(name) if isinstance(names, Mapping) else root.span,
                    "use letters, digits, dots, dashes and underscores",
                )


def _check(node: Node, attribute: Attribute, path: str, collector: Collector) -> None:
    if node.tag == "!reset":
        return
    if not _has_type(node, attribute.types):
        if isinstance(node, Scalar) and node.value is None and path.count(".") <= 1:
            return  # an empty section
        wanted = " or ".join(_WORDS[kind] for kind in sorted(attribute.types - {"null"}))
        collector.error(
            "wrong-type", f"{path or 'a Compose file'} must be {wanted}, not {_kind(node)}", node.span, f"write {wanted}"
        )
    elif isinstance(node, Mapping):
        _check_mapping(node, attribute, path, collector)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            _check_item(item, attribute, f"{path}[{index}]", collector)
    elif attribute.enum and isinstance(node.value, str) and node.value not in attribute.enum:
        collector.error(
            "not-allowed", f"{path} cannot be {node.value[:40]!r}", node.span, f"{nearest(node.value, attribute.enum)}"
        )


def _check_item(item: Node, attribute: Attribute, path: str, collector: Collector) -> None:
    below = attribute.item
    if below is not None:
        _check(item, below, path, collector)
    elif not isinstance(item, Scalar):
        collector.error("wrong-type", f"{path} must be text, not {_kind(item)}", item.span, "write text")


def _check_mapping(node: Mapping, attribute: Attribute, path: str, collector: Collector) -> None:
    if not attribute.keys:
        return
    for key, value in node.entries.items():
        below = attribute.below(key)
        if below is not None and not (key.startswith("x-") and key not in attribute.keys and "*" not in attribute.keys):
            _check(value, below, f"{path}.{key}".lstrip("."), collector)
        elif not attribute.is_open and (attribute.is_closed or not key.startswith("x-")):
            known = [name for name in attribute.keys if name not in ("*", "[]")]
            where = f"in {path}" if path else "at the top of a Compose file"
            collector.error("unknown-key", f"there is no {key[:60]!r} {where}", node.key_span(key), nearest(key, known))
    for needed in attribute.need:
        if needed not in node.entries:
            collector.error("missing-key", f"{path} needs {needed!r}", node.span, f"add {needed}:")


def _has_type(node: Node, types: frozenset[str]) -> bool:
    if isinstance(node, Mapping):
        return "map" in types
    if isinstance(node, Sequence):
        return "list" in types
    return _kind_of_value(node, types)


def _kind_of_value(node: Scalar, types: frozenset[str]) -> bool:
    value = node.value
    if value is None:
        return "null" in types
    if isinstance(value, bool):
        return "bool" in types
    if isinstance(value, int):
        return "int" in types or "num" in types
    if isinstance(value, float):
        return "num" in types or ("int" in types and value.is_integer())
    return "str" in types


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true or false"
    return "a number" if isinstance(node.value, (int, float)) else "text"
