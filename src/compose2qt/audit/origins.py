"""From a field of a manifest back to the line that it comes from: of Compose, or of the mapping that decides it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from compose2qt.source import pointer
from compose2qt.workload import EmittedField

if TYPE_CHECKING:
    from compose2qt.source import Span
    from compose2qt.workload import Ledger


class Origins:
    """Looks up what the ledger and the mapping know of a field: itself, else the nearest part of the object around it."""

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._fields: dict[str, dict[str, Span]] = {}

    @cached_property
    def _emitted(self) -> dict[str, list[EmittedField]]:
        found: dict[str, list[EmittedField]] = defaultdict(list)
        for entry in self._ledger.entries if self._ledger else ():
            for field in entry.to:
                found[field.object].append(field)
        return {item: sorted(fields, key=lambda field: field.span) for item, fields in found.items()}

    @cached_property
    def _decided(self) -> dict[str, list[EmittedField]]:
        found: dict[str, list[EmittedField]] = defaultdict(list)
        for one in self._ledger.choices if self._ledger else ():
            if one.at is not None:
                found[one.object].append(EmittedField(one.at, one.object, pointer(one.path)))
        return found

    @property
    def is_known(self) -> bool:
        """Whether the objects come from a Compose project."""
        return self._ledger is not None

    def is_mapped(self, item: str, field: str) -> bool:
        """Whether the mapping decides exactly this field, or one around it."""
        return any(field == one.field or field.startswith(f"{one.field}/") for one in self._decided.get(item, ()))

    def of(self, item: str, field: str) -> Span | None:
        """Where ``field`` of ``item`` (``Kind/name``) is decided, in Compose before the mapping; None if in neither."""
        if item not in self._fields:
            self._fields[item] = _by_part([*self._emitted.get(item, ()), *self._decided.get(item, ())])
        known = self._fields[item]
        while field and field not in known:
            field = field.rpartition("/")[0]
        # What is missing of a container stands best where its image is written.
        return known.get(f"{field}/image") or known.get(field)


def _by_part(fields: list[EmittedField]) -> dict[str, Span]:
    """The first place of each field and of everything that holds it."""
    found: dict[str, Span] = {}
    for emitted in fields:
        part = emitted.field
        while part not in found:
            found[part] = emitted.span
            if not part:
                break
            part = part.rpartition("/")[0]
    return found
