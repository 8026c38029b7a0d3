"""Two trees compared object by object, field by field; items of lists are matched as the API server matches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.diff.effects import Effect, effect_of, effect_of_object
from compose2qt.source import Mapping, Scalar, Sequence, pointer
from compose2qt.workload import Quantity
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node, Path, Value

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
_QUANTITIES = frozenset(("requests", "limits", "sizeLimit", "hard"))
_HIDDEN = "(secret)"
Fields = dict["Path", "Value | str"]


class FieldChange(Struct, frozen=True):
    """A field that differs: ``path`` is a JSON Pointer in which items of keyed lists stand by their key.

    ``old`` and ``new`` are None where the field is absent; a Secret's values never show.
    """

    path: str
    old: str | None
    new: str | None
    effect: Effect


class Change(Struct, frozen=True):
    """An object that is added, removed or changed, and the worst that this does to a running system."""

    object: str
    verb: str
    effect: Effect
    fields: tuple[FieldChange, ...] = ()

    @property
    def told(self) -> str:
        """The effect in words. ``kubectl apply`` removes nothing: what is gone from the tree goes on."""
        return f"goes on until it is deleted, which {self.effect.label}" if self.verb == "removed" else self.effect.label


def diff(old: Tree, new: Tree) -> tuple[Change, ...]:
    """The changes from ``old`` to ``new`` among the objects that are applied, in the order of ``new``, removals last."""
    before = {_identity(item): item for item in old.objects if item.applied}
    after = {_identity(item): item for item in new.objects if item.applied}
    changes: list[Change] = []
    for identity, item in after.items():
        known = before.get(identity)
        if known is None:
            changes.append(Change(item.id, "added", Effect.NEW))
        elif fields := tuple(_fields(known, item)):
            changes.append(Change(item.id, "changed", max(field.effect for field in fields), fields))
    removed = (item for identity, item in before.items() if identity not in after)
    return (*changes, *(Change(item.id, "removed", effect_of_object(item)) for item in removed))


def _identity(item: Object) -> tuple[str, str, str, str]:
    """Group, kind, namespace and name: the version of an API is no part of what an object is."""
    return (item.api_version.rpartition("/")[0], item.kind, item.namespace, item.name)


def _fields(old: Object, new: Object) -> Iterator[FieldChange]:
    before, after = dict(_flat(old.root, ())), dict(_flat(new.root, ()))
    is_secret = new.kind == "Secret"
    for path in dict.fromkeys((*before, *after)):
        one, other = before.get(path, _ABSENT), after.get(path, _ABSENT)
        if not _same(path, one, other):
            hidden = (is_secret and path[:1] in (("data",), ("stringData",))) or any(
                _is_secret(path, one) for one in (one, other)
            )
            effect = effect_of(new.kind, path, one, other)
            if effect is Effect.RESTART and _stops_first(new):
                effect = Effect.OUTAGE
            yield FieldChange(pointer(path), _shown(one, hidden), _shown(other, hidden), effect)


def _stops_first(item: Object) -> bool:
    """Whether all old pods stop before a new one starts: said so, or the only pod of a StatefulSet."""
    if item.kind == "StatefulSet":
        return item.text("spec", "replicas") in ("", "1")
    return item.text("spec", "strategy", "type") == "Recreate"


_ABSENT = object()


def _is_secret(path: Path, value: object) -> bool:
    """Whether ``value`` looks like a secret, by itself or under the name of the variable or key that holds it."""
    named = [str(step).strip("[]") for step in path[-2:] if isinstance(step, str) and step != "value"]
    return isinstance(value, str) and any(secret_reason(name, value) for name in ("", *named))


def _shown(value: object, hidden: bool) -> str | None:
    if value is _ABSENT:
        return None
    if hidden:
        return _HIDDEN
    return "true" if value is True else "false" if value is False else "" if value is None else str(value)


def _same(path: Path, one: object, other: object) -> bool:
    if one == other and type(one) is type(other):
        return True
    if one is _ABSENT or other is _ABSENT or len(path) < 2 or not (_QUANTITIES & {path[-1], path[-2]}):
        return False
    try:
        return Quantity.parse(str(one)) == Quantity.parse(str(other))
    except ValueError:
        return False


def _flat(node: Node, path: Path) -> Iterator[tuple[Path, object]]:
    """The leaves of ``node``; an empty collection is a leaf too."""
    if isinstance(node, Scalar):
        yield path, node.value
    elif isinstance(node, Mapping):
        if not node.entries:
            yield path, "{}"
        for key, value in node.entries.items():
            yield from _flat(value, (*path, key))
    elif not node.items:
        yield path, "[]"
    else:
        for step, item in _keyed(node, str(path[-1]) if path else ""):
            yield from _flat(item, (*path, step))


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
