"""From a field of a manifest back to the Compose line that it comes from."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.source import Span
    from compose2qt.workload import EmittedField, Ledger


class Origins:
    """Looks up what the ledger knows of a field: itself, else the nearest part of the object around it."""

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._fields: dict[str, dict[str, Span]] = {}

    @cached_property
    def _emitted(self) -> dict[str, list[EmittedField]]:
        found: dict[str, list[EmittedField]] = defaultdict(list)
        for entry in self._ledger.entries if self._ledger else ():
            for field in entry.to:
                found[field.object].append(field)
        return found

    def of(self, item: str, field: str) -> Span | None:
        """The Compose place of ``field`` of ``item`` (``Kind/name``); None if nothing of the object comes from Compose."""
        if item not in self._fields:
            self._fields[item] = _by_part(self._emitted.get(item, []))
        known = self._fields[item]
        while field and field not in known:
            field = field.rpartition("/")[0]
        # What is missing of a container stands best where its image is written.
        return known.get(f"{field}/image") or known.get(field)


def _by_part(fields: list[EmittedField]) -> dict[str, Span]:
    """The first source of each field and of everything that holds it; the source order decides between several."""
    found: dict[str, Span] = {}
    for emitted in sorted(fields, key=lambda field: field.span):
        part = emitted.field
        while part not in found:
            found[part] = emitted.span
            if not part:
                break
            part = part.rpartition("/")[0]
    return found
