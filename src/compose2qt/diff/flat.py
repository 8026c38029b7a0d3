"""Objects as their leaves: the items of a list stand under what identifies them to the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node, Path

# The key that identifies an item of a list (Kubernetes: patchMergeKey of the list's field). A list that is not here is
# compared as a whole: its order has a meaning.
_MERGE_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeClaimTemplates": ("metadata",),
    "ports": ("containerPort", "port", "protocol"),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "subjects": ("kind", "name"),
}


def flat(node: Node, path: Path) -> Iterator[tuple[Path, object]]:
    """The leaves of ``node``; an empty collection is a leaf too."""
    if isinstance(node, Scalar):
        yield path, node.value
    elif isinstance(node, Mapping):
        if not node.entries:
            yield path, "{}"
        for key, value in node.entries.items():
            yield from flat(value, (*path, key))
    elif not node.items:
        yield path, "[]"
    else:
        for step, item in _keyed(node, str(path[-1]) if path else ""):
            yield from flat(item, (*path, step))


def _keyed(node: Sequence, field: str) -> Iterator[tuple[str | int, Node]]:
    """The items of a list under what identifies them: their merge key, or their place."""
    keys = _MERGE_KEYS.get(field, ())
    seen: set[str] = set()
    for index, item in enumerate(node.items):
        parts = [str(part.value) for key in keys if isinstance(item, Mapping) and isinstance(part := item.get(key), Scalar)]
        name = "/".join(parts)
        if not name or name in seen:
            yield index, item
        else:
            seen.add(name)
            yield f"[{name}]", item
