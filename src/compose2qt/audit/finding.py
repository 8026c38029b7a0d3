"""One finding of the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import date

    from compose2qt.diagnostic import Severity
    from compose2qt.mapping.edit import Drop, Put
    from compose2qt.source import Span


class Excuse(Struct, frozen=True):
    """Why a person let a finding stand: ``reason`` holds until the day ``until`` (None: for ever)."""

    reason: str
    until: date | None = None
    span: Span | None = None
    """Where the suppression stands."""
    in_source: bool = True
    """Whether it is an annotation on the object itself; False: the mapping spec says so."""


class Finding(Struct, frozen=True):
    """A pattern that a rule flags: where it stands, why it matters, what to do.

    ``code`` and ``name`` are the rule's and never change; ``object`` is ``Kind/name``, ``field`` a JSON Pointer in it
    (both empty for a finding about a source file). ``span`` is the place in the manifest, ``source`` the place in the
    Compose project that it comes from, if the ledger knows one. A message never holds a secret value.
    """

    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    object: str = ""
    field: str = ""
    fix: str = ""
    source: Span | None = None
    patch: tuple[Put | Drop, ...] = ()
    """The edits of a mapping spec that repair it; empty where a person has to decide."""
    excuse: Excuse | None = None
    """Why a person let it stand, from the suppression."""
