"""The ledger: what became of every leaf of the input (law 1, conservation)."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compose2qt.source import Path, Span


class Outcome(enum.StrEnum):
    """What became of a leaf; each has exactly one."""

    EMITTED = "emitted"
    """It is an origin of at least one field of a manifest."""
    MAPPED = "mapped"
    """The mapping spec decided otherwise, with a reason."""
    LOST = "lost"
    """It has no counterpart in the output, with a reason and a remedy."""
    CONSUMED = "consumed"
    """The loader used it up: overridden values, services of inactive profiles, interpolation."""


class Leaf(Struct, frozen=True, gc=False):
    """A scalar or an empty collection of a source document, at ``path`` of ``span.file``."""

    path: Path
    span: Span
    is_reference: bool = False
    """Whether all that stands there is the name of a variable: ``${DB_PASSWORD}``."""


class Loss(Struct, frozen=True, gc=False):
    """What the output does not carry of a leaf: a stable ``code`` (``ports.host-port``), why, and what to do.

    Severity: error, the workload will not do its job; warning, it behaves differently; info, nothing that runs changes.
    """

    code: str
    span: Span
    reason: str
    fix: str = ""
    service: str = ""
    severity: Severity = Severity.WARNING


class Decision(Struct, frozen=True, gc=False):
    """A leaf that the mapping spec decided about; ``reason`` is the mapping's own, ``at`` its place there."""

    span: Span
    reason: str
    at: Span | None = None


class EmittedField(Struct, frozen=True, gc=False):
    """A field of a manifest and the source leaf in it: ``object`` is ``Kind/name``, ``field`` a JSON Pointer."""

    span: Span
    object: str
    field: str


class Choice(Struct, frozen=True, gc=False):
    """A field whose value no leaf of Compose gives: the mapping decides it ``at`` a place of its own, or it is inferred."""

    object: str
    path: Path
    reason: str
    at: Span | None = None


class Exposed(Struct, frozen=True, gc=False):
    """A leaf that shows a secret in plain text: ``name`` is the variable or attribute that holds it, never the value."""

    span: Span
    name: str
    service: str = ""


class Entry(Struct, frozen=True):
    """The account of one leaf."""

    leaf: Leaf
    outcome: Outcome
    to: tuple[EmittedField, ...] = ()
    losses: tuple[Loss, ...] = ()
    reason: str = ""
    at: Span | None = None
    """Where the mapping spec decides about it."""


class Ledger(Struct, frozen=True):
    """The accounts of all leaves, in source order; ``unaccounted`` is empty unless a unit has a bug."""

    entries: tuple[Entry, ...] = ()
    unaccounted: tuple[Leaf, ...] = ()
    choices: tuple[Choice, ...] = ()
    """What the manifests hold though no leaf says so."""
    exposed: tuple[Exposed, ...] = ()
    """The leaves that show a secret."""

    @property
    def inferred(self) -> dict[str, list[Path]]:
        """The fields, by ``Kind/name``, whose values nobody decides."""
        found: dict[str, list[Path]] = {}
        for choice in self.choices:
            if choice.at is None:
                found.setdefault(choice.object, []).append(choice.path)
        return found

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every loss, total or partial, once."""
        return tuple(dict.fromkeys(loss for entry in self.entries for loss in entry.losses))


_Placed = TypeVar("_Placed", EmittedField, Loss)


def account(
    leaves: Iterable[Leaf],
    fields: Iterable[EmittedField],
    decisions: Iterable[Decision],
    losses: Iterable[Loss],
    consumed: Mapping[Span, str],
) -> Ledger:
    """Give each leaf its outcome: emitted before mapped before lost before consumed."""
    to = _by_span(fields)
    decided = {decision.span: decision for decision in decisions}
    lost = _by_span(losses)
    entries: list[Entry] = []
    unaccounted: list[Leaf] = []
    for leaf in leaves:
        partial = tuple(lost.get(leaf.span, ()))
        if leaf.span in to:
            entries.append(Entry(leaf, Outcome.EMITTED, tuple(to[leaf.span]), partial))
        elif leaf.span in decided:
            decision = decided[leaf.span]
            entries.append(Entry(leaf, Outcome.MAPPED, (), partial, decision.reason, decision.at))
        elif partial:
            entries.append(Entry(leaf, Outcome.LOST, (), partial, partial[0].reason))
        elif leaf.span in consumed:
            entries.append(Entry(leaf, Outcome.CONSUMED, (), (), consumed[leaf.span]))
        else:
            unaccounted.append(leaf)
    return Ledger(tuple(entries), tuple(unaccounted))


def _by_span(items: Iterable[_Placed]) -> dict[Span, list[_Placed]]:
    grouped: dict[Span, list[_Placed]] = {}
    for item in items:
        grouped.setdefault(item.span, []).append(item)
    return grouped
