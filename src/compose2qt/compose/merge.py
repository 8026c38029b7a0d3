"""How two canonical layers combine: override files, ``extends`` and ``include``. Source: reference, sections 2.5 and 2.6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.texts import text
from compose2qt.source import Mapping, Scalar, Sequence, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

RESET, OVERRIDE = "!reset", "!override"


def merge(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """``over`` laid on ``base``: mappings by key, lists appended, scalars replaced, or as the table says."""
    if over.tag == OVERRIDE:
        return over
    if isinstance(over, Scalar) and over.value is None:
        return over if attribute is not None and attribute.merge == "replace" else base
    if attribute is not None and attribute.merge == "replace":
        return over
    if isinstance(base, Scalar) and base.value is None:
        return over
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        if attribute is not None and attribute.merge == "logging" and _other_driver(base, over):
            return over
        return _mappings(base, over, attribute, collector)
    if isinstance(base, Sequence) and isinstance(over, Sequence):
        return Sequence((*base.items, *over.items), over.span, over.tag)
    if type(base) is not type(over):
        collector.error(
            "cannot-override", "this has another type in the file that it overrides", over.span, "give it the same type"
        )
    return over


def _mappings(base: Mapping, over: Mapping, attribute: Attribute | None, collector: Collector) -> Mapping:
    entries, keys = dict(base.entries), dict(base.keys)
    is_pairs = attribute is not None and attribute.form == "pairs"
    for key, value in over.entries.items():
        if value.tag == RESET:
            entries.pop(key, None)
            continue
        below = attribute.below(key) if attribute is not None else None
        entries[key] = value if key not in entries or is_pairs else merge(entries[key], value, below, collector)
        keys[key] = over.key_span(key)
    return Mapping(entries, over.span, keys, base.tag)


def _other_driver(base: Mapping, over: Mapping) -> bool:
    drivers = [plain(node) for one in (base, over) if (node := one.get("driver")) is not None]
    return len(drivers) == 2 and drivers[0] != drivers[1]


def without_resets(node: Node) -> Node:
    """``node`` without the entries that ``!reset`` removes."""
    if isinstance(node, Mapping):
        if not node.entries:
            return node
        entries = {key: without_resets(value) for key, value in node.entries.items() if value.tag != RESET}
        return node.with_entries(entries)
    if isinstance(node, Sequence):
        return Sequence(tuple(without_resets(item) for item in node.items), node.span, node.tag)
    return node


# What makes two items of a list the same ---------------------------------------------------------------------------------


def _text(node: Node, key: str = "") -> str:
    found = node.get(key) if key and isinstance(node, Mapping) else node
    return text(found.value) if isinstance(found, Scalar) else ""


def _port(node: Node) -> object:
    published = node.get("published") if isinstance(node, Mapping) else None
    raw = published.value if isinstance(published, Scalar) else None
    # A published number never equals a published text: so does the reference.
    return (_text(node, "host_ip") or "0.0.0.0", type(raw).__name__, raw, _text(node, "target"), _text(node, "protocol"))  # noqa: S104 - Docker's default, compared only


_IDENTITIES: dict[str, Callable[[Node], object]] = {
    "config": lambda node: _text(node, "target") or "/" + _text(node, "source"),
    "path": lambda node: _text(node, "path"),
    "port": _port,
    "secret": lambda node: _text(node, "target") or "/run/secrets/" + _text(node, "source"),
    "subnet": lambda node: _text(node, "subnet"),
    "target": lambda node: _text(node, "target"),
    "text": _text,
}


def unique(node: Node, attribute: Attribute | None) -> Node:
    """``node`` with each item of its unique lists once: a later item takes the earlier one's place."""
    if attribute is None:
        return node
    if isinstance(node, Mapping):
        if not attribute.keys:
            return node
        return node.with_entries({key: unique(value, attribute.below(key)) for key, value in node.entries.items()})
    if isinstance(node, Sequence):
        items = tuple(unique(item, attribute.item) for item in node.items)
        if attribute.unique:
            identity = _IDENTITIES[attribute.unique]
            items = tuple({identity(item): item for item in items}.values())
        elif all(isinstance(item, Scalar) for item in items) and attribute.form not in ("argv", "test"):
            items = tuple({(type(plain(item)).__name__, _text(item)): item for item in reversed(items)}.values())[::-1]
        return Sequence(items, node.span, node.tag)
    return node
