"""A change, as data: of an object, and of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.diff.effects import Effect, kind_of
from compose2qt.source import pointer
from compose2qt.workload.sensitive import concealed, secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.diff.stores import Fate
    from compose2qt.source import Path

_HIDDEN = "(secret)"
_NAMES = frozenset(("name", "secretName", "claimName", "key"))
"""Fields that name an object or a key of it: no secret, though it may be called one."""
ABSENT = object()
"""What stands where a field does not."""


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
    notes: tuple[str, ...] = ()
    """Whom it concerns, and what is to be done about it."""

    @property
    def told(self) -> str:
        """The effect in words. ``kubectl apply`` removes nothing: what is gone from the tree goes on."""
        if self.effect is Effect.BY_HAND:
            return self.effect.label
        if self.verb == "removed":
            if self.effect is Effect.BESIDE:
                return "goes on and answers beside what replaces it, under one name, until it is deleted"
            return f"goes on until it is deleted, which {self.effect.label}"
        if self.verb == "added" and self.effect <= Effect.IN_PLACE:
            return kind_of(self.object.partition("/")[0]).words
        also = self.of_fields
        return f"{self.effect.label}; {also.label}" if Effect.RESTART <= also < self.effect else self.effect.label

    @property
    def of_fields(self) -> Effect:
        """The worst of what the fields do by themselves, without what becomes of data and clients."""
        return max((field.effect for field in self.fields), default=Effect.NONE)


def change(id_: str, verb: str, effect: Effect, fates: Iterable[Fate], fields: tuple[FieldChange, ...] = ()) -> Change:
    """The change of ``id_``: its effect is the worst of ``effect`` and of what becomes of data and clients."""
    found = tuple(fates)
    worst = max([effect, *(fate.effect for fate in found)])
    return Change(id_, verb, worst, fields, tuple(dict.fromkeys(fate.note for fate in found)))


def field_change(kind: str, path: Path, old: object, new: object, effect: Effect) -> FieldChange:
    """The change of a field of a ``kind``, with its values as they may be shown."""
    hidden = (kind == "Secret" and path[:1] in (("data",), ("stringData",))) or any(_is_secret(path, one) for one in (old, new))
    return FieldChange(pointer(path), _shown(old, hidden), _shown(new, hidden), effect)


def _is_secret(path: Path, value: object) -> bool:
    """Whether ``value`` looks like a secret, by itself or under the name of the variable or key that holds it."""
    if "secretGenerator" in path:
        return True
    named = [str(step).strip("[]") for step in path[-2:] if isinstance(step, str) and step != "value"]
    names = () if path[-1:] and path[-1] in _NAMES else named
    if not isinstance(value, str):
        return False
    return any(secret_reason(name, value) for name in ("", *names)) or concealed(value) != value


def _shown(value: object, hidden: bool) -> str | None:
    if value is ABSENT:
        return None
    if hidden:
        return _HIDDEN
    return "true" if value is True else "false" if value is False else "" if value is None else str(value)
