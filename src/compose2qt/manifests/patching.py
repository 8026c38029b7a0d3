"""Patches of a kustomization over located nodes: strategic merge, and the operations of RFC 6902.

Sources: Kubernetes, strategic merge patches (``patchMergeKey``, ``$patch``, ``$deleteFromPrimitiveList``); kustomize puts the
items of a patch before the others of a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import at, entries, is_null, items, text
from compose2qt.source import Mapping, Scalar, Sequence, Span, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node, Path

_KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "env", "volumes", "imagePullSecrets"), ("name",)),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "ports": ("containerPort", "port", "protocol"),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
"""What identifies an item of a list that is merged; any other list is replaced."""
_PATCH = "$patch"
_DROPPED = "$deleteFromPrimitiveList/"


def put(node: Node | None, path: Path, value: Node | None, *, insert: bool = False) -> Node | None:
    """``node`` with ``value`` at ``path``, or without what stands there; mappings on the way are made.

    With ``insert`` an item of a list is put before the one that stands there.
    """
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(node, Sequence):
        return node.with_items(_items(node, step, rest, value, insert=insert))
    if not isinstance(node, Mapping):
        if value is None:
            return node
        node = Mapping({}, value.span)
    inner = put(node.get(str(step)), rest, value, insert=insert)
    kept = {key: one for key, one in node.entries.items() if key != step or inner is not None}
    if inner is None:
        return node.with_entries(kept)
    keys = node.keys if str(step) in node.keys else {**node.keys, str(step): inner.span}
    return Mapping({**kept, str(step): inner}, node.span, keys, node.tag, node.merged)


def _items(node: Sequence, step: str | int, rest: Path, value: Node | None, *, insert: bool) -> tuple[Node, ...]:
    index = len(node.items) if step == "-" else int(step) if str(step).isdecimal() else -1
    before, after = node.items[:index], node.items[index + 1 :]
    if index < 0 or index > len(node.items):
        return node.items
    if insert and not rest and value is not None:
        return (*before, value, *node.items[index:])
    inner = put(node.items[index] if index < len(node.items) else None, rest, value, insert=insert)
    return (*before, *((inner,) if inner is not None else ()), *after)


def operated(node: Node, operations: Node) -> Node:
    """``node`` after the operations of RFC 6902, each of which applies to what the one before left; a test tests nothing."""
    found: Node | None = node
    for one in items(operations):
        path, origin = _pointed(text(one, "path")), _pointed(text(one, "from"))
        match text(one, "op"):
            case "add":
                found = put(found, path, at(one, ("value",)), insert=True)
            case "replace":
                found = put(found, path, at(one, ("value",))) if _there(found, path) is not None else found
            case "remove":
                found = put(found, path, None)
            case "copy" | "move" as verb:
                moved = _there(found, origin)
                found = put(found, origin, None) if verb == "move" else found
                found = put(found, path, moved, insert=True)
    return node if found is None else found


def missed(node: Node, operations: Node) -> Iterator[str]:
    """The paths that ``node``, as earlier operations leave it, does not have: kustomize refuses, or counts from the end."""
    for one in items(operations):
        path = text(one, "path")
        if text(one, "op") in ("replace", "remove", "test") and _there(node, _pointed(path)) is None:
            yield path
        node = operated(node, Sequence((one,), one.span))


def _pointed(pointer: str) -> Path:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _there(node: Node | None, path: Path) -> Node | None:
    for step in path:
        if isinstance(node, Sequence):
            node = node.items[int(step)] if str(step).isdecimal() and int(step) < len(node.items) else None
        else:
            node = at(node, (step,))
    return node


def merged(base: Node | None, patch: Node, field: str = "", *, keyed: bool = True) -> Node | None:
    """``base`` under a strategic merge patch; None if the patch removes it. Without ``keyed`` every list is replaced."""
    if is_null(patch) or text(patch, _PATCH) == "delete":
        return None
    if isinstance(patch, Sequence):
        names = _KEYS.get(field) if keyed else None
        is_list = isinstance(base, Sequence) and names is not None
        return _joined(base, patch, names or ()) if is_list and isinstance(base, Sequence) else _clean(patch)
    if not isinstance(patch, Mapping) or not isinstance(base, Mapping) or text(patch, _PATCH) == "replace":
        return _clean(patch)
    found = dict(base.entries)
    for key, value in patch.entries.items():
        if key.startswith(_DROPPED):
            _drop(found, key.removeprefix(_DROPPED), value)
        elif not key.startswith("$"):
            inner = merged(found.get(key), value, key, keyed=keyed)
            found.pop(key, None) if inner is None else found.update({key: inner})
    return Mapping(found, base.span, {**base.keys, **patch.keys}, base.tag, base.merged)


def _drop(found: dict[str, Node], key: str, unwanted: Node) -> None:
    """Take the scalars of ``unwanted`` out of the list under ``key``."""
    values = [plain(item) for item in items(unwanted)]
    if isinstance(own := found.get(key), Sequence):
        found[key] = own.with_items(tuple(item for item in own.items if plain(item) not in values))


def _joined(base: Sequence, patch: Sequence, names: tuple[str, ...]) -> Sequence:
    """Two keyed lists: first the items of the patch, merged with those of their key, then the others."""
    if any(text(item, _PATCH) == "replace" for item in patch.items):
        return Sequence(tuple(item for item in patch.items if not entries(item).keys() <= {_PATCH}), patch.span)
    changes = {_key(item, names): item for item in patch.items}
    there = {_key(item, names): item for item in base.items}
    first = (merged(there.get(key), item) for key, item in changes.items())
    rest = (item for item in base.items if _key(item, names) not in changes)
    return base.with_items((*(item for item in first if item is not None), *rest))


def _key(item: Node, names: tuple[str, ...]) -> tuple[object, ...]:
    nodes = (at(item, (name,)) for name in names)
    found = tuple(node.value if isinstance(node, Scalar) else None for node in nodes)
    return (*found[:-1], found[-1] or "TCP") if names[-1] == "protocol" else found


def _clean(node: Node) -> Node:
    """A patch that meets nothing: without its directives and what it removes."""
    if isinstance(node, Sequence):
        return node.with_items(tuple(_clean(item) for item in node.items if text(item, _PATCH) != "delete"))
    if not isinstance(node, Mapping):
        return node
    kept = {key: _clean(value) for key, value in node.entries.items() if not key.startswith("$") and not is_null(value)}
    return node.with_entries(kept)


def scalar(value: str, like: Node | None) -> Scalar:
    """``value`` at the place of ``like``."""
    return Scalar(value, like.span if like is not None else Span("", 1, 1))
