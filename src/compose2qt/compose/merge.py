"""How a further layer combines with what is already there: override files, ``extends`` and ``include``.

``base`` is canonical, ``over`` as it was written. Source: reference, sections 2.5 and 2.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.forms import FORMS
from compose2qt.compose.mounts import device_target, volume
from compose2qt.compose.texts import text
from compose2qt.compose.tree import FormError, identity, items, string
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

RESET, OVERRIDE = "!reset", "!override"


def merge(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """``over`` laid on ``base``: mappings by key, lists appended, scalars replaced, or as the table says."""
    if over.tag in (OVERRIDE, RESET):
        return over
    rule = attribute.merge if attribute is not None else ""
    if rule == "replace":
        return over
    if rule in RULES:
        return RULES[rule](base, over, attribute, collector)
    if type(over) is Scalar and over.value is None:
        return base
    if type(base) is Scalar:
        return over
    if type(base) is not type(over):
        collector.error(
            "cannot-override", "this has another type in the file that it overrides", over.span, "give it the same type"
        )
        return over
    return _by_key(base, over, attribute, collector) if type(base) is Mapping else _appended(base, over)


def _by_key(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return base
    entries, keys = dict(base.entries), dict(base.keys)
    for key, value in over.entries.items():
        below = attribute.below(key) if attribute is not None else None
        entries[key] = merge(entries[key], value, below, collector) if key in entries else value
        keys[key] = over.key_span(key)
    return Mapping(entries, base.span, keys, base.tag, base.merged)


def _appended(base: Node, over: Node) -> Sequence:
    """The list ``over`` behind ``base``, without what stands there already."""
    here = {identity(item) for item in items(base)}
    added = tuple(item for item in items(over) if identity(item) not in here)
    return Sequence((*items(base), *added), base.span, base.tag)


# Rules of the table -------------------------------------------------------------------------------------------------------


def _expanded(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """Both in canonical form, then by key."""
    form = FORMS[attribute.form] if attribute is not None else lambda node: node
    if type(over) is Scalar and over.value is None:
        return base
    return _by_key(form(base), form(over), attribute, collector)


def _logging(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """The options of another driver mean nothing to this one."""
    drivers = [string(node) for one in (base, over) if isinstance(one, Mapping) and (node := one.get("driver")) is not None]
    if len(drivers) == 2 and drivers[0] != drivers[1]:
        return over
    return _by_key(base, over, attribute, collector)


def _in_sequence(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:  # noqa: ARG001 - a rule
    """Both as lists of ``NAME=VALUE``, appended; ``!reset`` reaches into mappings only."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        gone = {key for key, value in over.entries.items() if value.tag == RESET}
        base = base.with_entries({key: value for key, value in base.entries.items() if key not in gone})
    here, added = _listed(base), _listed(over)
    if attribute is not None and (attribute.bind in ("pairs", "environment") or attribute.form == "pairs_map"):
        found = {string(item).partition("=")[0]: item for item in (*here, *added)}
        return Sequence(tuple(found.values()), base.span, base.tag)
    known = {identity(item) for item in here}
    return Sequence((*here, *(item for item in added if identity(item) not in known)), base.span, base.tag)


def _hosts(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:  # noqa: ARG001 - a rule
    """As lists of ``NAME=ADDRESS``: a name may have several addresses."""
    here = _listed(base)
    known = {string(item) for item in here}
    return Sequence((*here, *(item for item in _listed(over) if string(item) not in known)), base.span, base.tag)


def _listed(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.items
    if isinstance(node, Scalar):
        return () if node.value is None else (node,)
    found: list[Node] = []
    for key, value in node.entries.items():
        if value.tag == RESET:
            continue
        for item in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(item, Scalar):
                found.append(item.with_value(key if item.value is None else f"{key}={text(item.value)}"))
    return tuple(found)


def _subnets(base: Node, over: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """Configurations of the same subnet merge, others are appended; the reference loses some of them."""
    row = attribute.item if attribute is not None else None
    merged = {_subnet(item): item for item in items(base)}
    for item in items(over):
        key = _subnet(item)
        merged[key] = merge(merged[key], item, row, collector) if key in merged else item
    return Sequence(tuple(merged.values()), base.span, base.tag)


def _subnet(node: Node) -> str:
    return string(_field(node, "subnet"))


RULES: dict[str, Callable[[Node, Node, Attribute | None, Collector], Node]] = {
    "form": _expanded,
    "hosts": _hosts,
    "logging": _logging,
    "sequence": _in_sequence,
    "subnets": _subnets,
}


def without_resets(node: Node) -> Node:
    """``node`` without what ``!reset`` removes."""
    if type(node) is Mapping:
        entries = {key: without_resets(value) for key, value in node.entries.items() if value.tag != RESET}
        if len(entries) < len(node.entries) or any(
            one is not other for one, other in zip(entries.values(), node.entries.values(), strict=True)
        ):
            return node.with_entries(entries)
    elif type(node) is Sequence:
        kept = tuple(without_resets(item) for item in node.items if item.tag != RESET)
        if len(kept) < len(node.items) or any(one is not other for one, other in zip(kept, node.items, strict=True)):
            return node.with_items(kept)
    return node


# What makes two items of a list the same ---------------------------------------------------------------------------------


def _field(node: Node, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None


def _port(node: Node) -> object:
    if not isinstance(node, Mapping):
        return string(node)
    published, target = node.get("published"), node.get("target")
    if not (isinstance(target, Scalar) and isinstance(target.value, (int, float)) and target.value == int(target.value)):
        raise FormError("the port has no target", "add target: with the container's port", node)
    # A published number never equals a published text: so does the reference.
    raw = published.value if isinstance(published, Scalar) and isinstance(published.value, str) else ""
    host = string(node.get("host_ip")) if "host_ip" in node.entries else "0.0.0.0"  # noqa: S104 - Docker's default, compared only
    protocol = string(node.get("protocol")) if "protocol" in node.entries else "tcp"
    return (host, raw, target.value, protocol)


def _volume(node: Node) -> object:
    return _target(volume(node) if isinstance(node, Scalar) else node)


def _target(node: Node) -> object:
    target = _field(node, "target")
    if not (isinstance(target, Scalar) and isinstance(target.value, str)):
        raise FormError("the mount has no target", "add target: with the path in the container", node)
    return target.value


def _mounted(folder: str) -> Callable[[Node], object]:
    def mounted(node: Node) -> object:
        if isinstance(node, Mapping):
            return string(node.get("target")) if "target" in node.entries else f"{folder}/{string(node.get('source'))}"
        return f"{folder}/{string(node)}"

    return mounted


def _exposed(node: Node) -> object:
    if isinstance(node, Scalar) and isinstance(node.value, float):
        raise FormError("a port is a whole number", "write a port such as 8080", node)
    return string(node)


IDENTITIES: dict[str, Callable[[Node], object]] = {
    "config": _mounted(""),
    "key": lambda node: string(node).partition("=")[0],
    "path": lambda node: string(_field(node, "path") or node),
    "port": _port,
    "secret": _mounted("/run/secrets"),
    "target": lambda node: device_target(string(node)) if isinstance(node, Scalar) else _target(node),
    "text": _exposed,
    "volume": _volume,
}


def unique(node: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """``node`` with each item of its unique lists once: a later item takes the earlier one's place."""
    if attribute is None or "unique" not in attribute.stages:
        return node
    if type(node) is Mapping:
        rows, wildcard = attribute.keys, attribute.wildcard
        changed: dict[str, Node] | None = None
        for key, value in node.entries.items():
            row = rows.get(key, wildcard)
            if row is not None and "unique" in row.stages and type(value) is not Scalar:
                made = unique(value, row, collector)
                if made is not value:
                    changed = dict(node.entries) if changed is None else changed
                    changed[key] = made
        return node if changed is None else node.with_entries(changed)
    if type(node) is Sequence:
        return _unique_items(node, attribute, collector)
    return node


def _unique_items(node: Sequence, attribute: Attribute, collector: Collector) -> Sequence:
    found = node.items
    if (row := attribute.item) is not None and "unique" in row.stages:
        found = tuple(unique(item, row, collector) for item in found)
    if attribute.unique:
        same = IDENTITIES[attribute.unique]
        by_identity: dict[object, Node] = {}
        for item in found:
            try:
                by_identity[same(item)] = item
            except FormError as error:
                collector.error("bad-syntax", str(error), (error.node or item).span, error.fix)
                by_identity[item.span] = item
        if len(by_identity) < len(found):
            found = tuple(by_identity.values())
    return node if found is node.items else node.with_items(found)
