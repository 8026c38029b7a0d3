"""When a changed ConfigMap or Secret reaches those who read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diff.effects import Effect
from compose2qt.diff.stores import Fate, stores
from compose2qt.kube.reading import flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.diff.sides import Identity, Reading, Side
    from compose2qt.source import Path

_DATA = ("data", "stringData", "binaryData")
_RUNS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod")
"""Kinds whose pods go on: those of Jobs read once, and the next one reads what is there then."""


class Readers:
    """Who reads the ConfigMaps and Secrets of the tree that is applied, and which of them start again anyway."""

    def __init__(self, before: Side, after: Side, restarting: frozenset[Identity]) -> None:
        self.before, self.after, self.restarting = before, after, restarting

    def effect(self, target: Identity, path: Path, effect: Effect) -> Effect:
        """The effect of a change at ``path`` of ``target``, as far as those who read it decide it."""
        if target.kind not in ("ConfigMap", "Secret") or len(path) < 2 or path[0] not in _DATA:
            return effect
        if flag(self.before.objects[target].root, "immutable"):
            return Effect.REJECTED
        return Effect.ON_RESTART if any(self._waiting(target, str(path[1]))) else effect

    def notes(self, target: Identity, paths: Iterable[Path]) -> Iterator[Fate]:
        """Who is to be started again, and who is anyway, after changes at ``paths`` of ``target``."""
        changed = [str(path[1]) for path in paths if len(path) > 1 and path[0] in _DATA]
        found = [one for key in changed for one in self.frozen(target, key)]
        if waiting := [one for one in found if one.reader not in self.restarting]:
            yield Fate(Effect.NONE, f"its readers keep what they started with, until: {restart(waiting)}")
        if others := _names(one for one in found if one.reader in self.restarting):
            yield Fate(Effect.NONE, f"new pods of {others} start with it")

    def frozen(self, target: Identity, key: str) -> tuple[Reading, ...]:
        """Who keeps what it has of ``key``; what is new is not there before a restart either."""
        found = (*self.before.readers(target, key), *self.after.readers(target, key))
        readers = self.after.workloads
        return tuple(
            one for one in dict.fromkeys(found) if one.is_frozen and one.reader.kind in _RUNS and one.reader in readers
        )

    def _waiting(self, target: Identity, key: str) -> Iterator[bool]:
        return (one.reader not in self.restarting for one in self.frozen(target, key))

    def looked_for(self, target: Identity, key: str, old: object) -> Iterator[Fate]:
        """Data that programs look for elsewhere, because the variable ``key`` held its folder ``old``."""
        for one in self.before.readers(target, key):
            if one.is_frozen and one.reader in self.after.workloads:
                for store in stores(self.before, one.reader):
                    if store.volume.is_lasting and store.holds(old):
                        yield Fate(Effect.DATA_AWAY, elsewhere(key, store.name, str(old), one.reader))
                        break


def elsewhere(variable: str, store: str, old: str, reader: Identity) -> str:
    """A sentence about a program that looks for its data in another folder."""
    return f"{reader.id} finds its folder by {variable}, which was {old} on {store}"


def restart(readings: Iterable[Reading]) -> str:
    """The command that starts these readers again."""
    known = dict.fromkeys(one.reader for one in readings)
    able = [one for one in known if one.kind in ("Deployment", "StatefulSet", "DaemonSet")]
    where = next((f" -n {one.namespace}" for one in able if one.namespace != "default"), "")
    words = " ".join(f"{one.kind.lower()}/{one.name}" for one in able)
    others = " and ".join(f"{one.id} is made again" for one in known if one not in able)
    return " and ".join([*[f"kubectl rollout restart{where} {words}"] * bool(able), *[others] * bool(others)])


def _names(readings: Iterable[Reading]) -> str:
    return ", ".join(dict.fromkeys(one.reader.id for one in readings))
