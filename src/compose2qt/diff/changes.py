"""Two trees compared object by object, field by field; items of lists are matched as the API server matches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.diff.by_hand import by_hand
from compose2qt.diff.change import ABSENT, Change, change, field_change
from compose2qt.diff.clients import beside, cut_off
from compose2qt.diff.effects import NEW_PODS, Effect, effect_of, kind_of, rollout
from compose2qt.diff.kustomizations import kustomized
from compose2qt.diff.readers import Readers, elsewhere
from compose2qt.diff.sides import Side
from compose2qt.diff.stores import Fate, ended, moved, stores
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diff.sides import Identity
    from compose2qt.manifests.model import Tree
    from compose2qt.source import Path

_QUANTITIES = frozenset(("requests", "limits", "sizeLimit", "hard"))


class _Field(Struct, frozen=True):
    """A field that differs."""

    path: Path
    old: object
    new: object
    effect: Effect


def diff(old: Tree, new: Tree) -> tuple[Change, ...]:
    """The changes from ``old`` to ``new`` among the objects that are applied, in the order of ``new``, removals last.

    Objects are as their kustomizations render them; what is not followed there is a change of the kustomization itself.
    Secrets that people fill in from an example are told, too.
    """
    return tuple(_Comparison(Side.of(old), Side.of(new)).changes())


class _Comparison:
    """Both sides, and which fields of which objects differ."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after
        common = (one for one in after.objects if one in before.objects)
        self.fields = {one: fields for one in common if (fields := tuple(self._differing(one)))}
        replaced = (one for one, fields in self.fields.items() if any(field.effect in NEW_PODS for field in fields))
        added = (one for one in after.objects if one not in before.objects)
        self.readers = Readers(before, after, frozenset((*replaced, *added)))

    def _differing(self, one: Identity) -> Iterator[_Field]:
        item = self.after.objects[one]
        old, new = self.before.values(self.before.objects[one]), self.after.values(item)
        for path in dict.fromkeys((*old, *new)):
            first, second = old.get(path, ABSENT), new.get(path, ABSENT)
            if not _same(path, first, second):
                effect = effect_of(one.kind, path, first, second)
                yield _Field(path, first, second, rollout(item, self.after.replicas(item), effect))

    def changes(self) -> Iterator[Change]:
        """Every change."""
        for one in self.after.objects:
            if one in self.fields:
                yield self._changed(one)
            elif one not in self.before.objects:
                yield change(self._id(one), "added", kind_of(one.kind).added, self._of_added(one))
        yield from by_hand(self.before, self.after, self.readers)
        yield from kustomized(self.before.tree, self.after.tree)
        for one in self.before.objects:
            if one not in self.after.objects:
                yield change(self._id(one), "removed", kind_of(one.kind).removed, self._of_removed(one))

    def _id(self, one: Identity) -> str:
        """``Kind/name``; with the namespace, if it moves to another."""
        known = {other.namespace for side in (self.before, self.after) for other in side.named(one)}
        return one.id if len(known) < 2 else f"{one.id} in namespace {one.namespace}"

    def _changed(self, one: Identity) -> Change:
        found = self.fields[one]
        shown = tuple(
            field_change(one.kind, field.path, field.old, field.new, self.readers.effect(one, field.path, field.effect))
            for field in found
        )
        return change(one.id, "changed", max(field.effect for field in shown), self._of_changed(one), shown)

    def _of_changed(self, one: Identity) -> Iterator[Fate]:
        """What the change of ``one`` does to data, to clients and to those who read it."""
        fields = self.fields[one]
        if one.kind in ("ConfigMap", "Secret"):
            yield from self.readers.notes(one, [field.path for field in fields])
            for field in fields:
                yield from self.readers.looked_for(one, str(field.path[-1]), field.old)
        elif one in self.after.workloads:
            yield from moved(self.before, one, self.after, one)
            yield from self._of_variables(one)
            if any(field.effect in (*NEW_PODS, Effect.DOWNTIME) for field in fields):
                yield from ended(self.before, one)
        elif one.kind in ("Service", "Ingress"):
            yield from cut_off(self.before, self.after, one)

    def _of_variables(self, one: Identity) -> Iterator[Fate]:
        """Variables that named a folder with data, and name another one now, or none."""
        kept = [store for store in stores(self.before, one) if store.volume.is_lasting]
        for field in self.fields[one]:
            if field.path[-1] == "value" and "env" in field.path:
                name = str(field.path[-2]).strip("[]")
                found = (store for store in kept if store.holds(field.old) and f"[{store.container}]" in field.path)
                for store in list(found)[:1]:
                    yield Fate(Effect.DATA_AWAY, elsewhere(name, store.name, str(field.old), one))

    def _of_added(self, one: Identity) -> Iterator[Fate]:
        """Data of the workload that ``one`` takes the place of: one of another kind, or in another namespace."""
        if one in self.after.workloads:
            for was in self.before.alike(one, self.after.labels[one]):
                if was not in self.after.objects:
                    yield from moved(self.before, was, self.after, one)

    def _of_removed(self, one: Identity) -> Iterator[Fate]:
        """Who answers beside a workload that goes on, and who needs what will be deleted."""
        if one in self.before.workloads:
            yield from beside(self.before, self.after, one)
        elif one.kind in ("ConfigMap", "Secret") and (readings := self.after.readers(one)):
            names = ", ".join(dict.fromkeys(reading.reader.id for reading in readings))
            yield Fate(Effect.ON_RESTART, f"new pods of {names} do not start without it")


def _same(path: Path, one: object, other: object) -> bool:
    if one == other and type(one) is type(other):
        return True
    if one is ABSENT or other is ABSENT or len(path) < 2 or not (_QUANTITIES & {path[-1], path[-2]}):
        return False
    try:
        return Quantity.parse(str(one)) == Quantity.parse(str(other))
    except ValueError:
        return False
