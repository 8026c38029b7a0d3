"""What the change asks people to fill in themselves: Secrets that stay out of git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diff.change import ABSENT, Change, change, field_change
from compose2qt.diff.effects import Effect
from compose2qt.diff.readers import restart
from compose2qt.diff.stores import Fate
from compose2qt.manifests.references import EXAMPLE, keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diff.readers import Readers
    from compose2qt.diff.sides import Identity, Side
    from compose2qt.manifests.model import Object


def by_hand(before: Side, after: Side, readers: Readers) -> Iterator[Change]:
    """The keys that a Secret in the cluster must get, and those that nobody asks for any more."""
    old, new = _examples(before), _examples(after)
    for one in dict.fromkeys((*new, *old)):
        had, has = (keys(side[one]) if one in side else frozenset() for side in (old, new))
        fields = [
            *(field_change("Secret", ("stringData", key), ABSENT, "", Effect.BY_HAND) for key in sorted(has - had)),
            *(field_change("Secret", ("stringData", key), "", ABSENT, Effect.NONE) for key in sorted(had - has)),
        ]
        if fields:
            verb = "changed" if one in old and one in new else "added" if one in new else "removed"
            fates = [Fate(Effect.NONE, note) for note in _notes(one, new.get(one), sorted(has - had), readers)]
            namespaces = {other.namespace for other in (*old, *new) if other.name == one.name}
            shown = one.id if len(namespaces) == 1 else f"{one.id} in namespace {one.namespace}"
            yield change(shown, verb, max(field.effect for field in fields), fates, tuple(fields))


def _notes(one: Identity, example: Object | None, added: list[str], readers: Readers) -> Iterator[str]:
    if example is None or not added:
        return
    yield f"fill in {', '.join(added)} (example: {example.file}) and apply it before the rest"
    waiting = [reading for key in added for reading in readers.frozen(one, key) if reading.reader not in readers.restarting]
    if waiting:
        yield f"its readers go on without, until: {restart(waiting)}"


def _examples(side: Side) -> dict[Identity, Object]:
    """By the Secret that people fill in: the example of it. Somebody reads it, and the tree itself does not apply it."""
    named = {item.name.removesuffix(EXAMPLE): item for item in side.tree.of_kind("Secret") if item.name.endswith(EXAMPLE)}
    read = (side.identity(named[one.name])._replace(name=one.name, namespace=one.reader.namespace)
            for one in side.readings if one.kind == "Secret" and one.name in named)  # fmt: skip
    return {real: named[real.name] for real in read if real not in side.objects}
