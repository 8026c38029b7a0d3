"""Where a value of the target comes from."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from compose2qt.source import Span

T = TypeVar("T")
U = TypeVar("U")


class OriginKind(enum.Enum):
    """Who decided a value."""

    SOURCE = "source"
    """A leaf of a Compose file or of an env file that it names."""
    MAPPING = "mapping"
    """A decision of the mapping spec."""
    DEFAULT = "default"
    """Compose's, Kubernetes' or our own default."""


class Origin(Struct, frozen=True, gc=False):
    """One reason for a value: ``span`` is the source leaf or the place in the mapping, ``reason`` says why."""

    kind: OriginKind
    span: Span | None = None
    reason: str = ""
    part: str = ""
    """The part of the value that it gives (``path`` of a mount); empty: all of it."""


class Traced(Struct, Generic[T], frozen=True):
    """A value with its origins; ``note`` is a short comment for reviewers, written beside the field.

    Emitters put traced values straight into a manifest: the writer unwraps them and records, for each origin, the
    field that holds the value. So origins need no second bookkeeping.
    """

    value: T
    origins: tuple[Origin, ...] = ()
    note: str = ""

    def map(self, change: Callable[[T], U]) -> Traced[U]:
        """``change(value)`` with the same origins and note."""
        return Traced(change(self.value), self.origins, self.note)

    def part(self, name: str, value: U) -> Traced[U]:
        """``value``, the part ``name`` of this value, with the origins that give it and nothing else."""
        return Traced(value, tuple(origin for origin in self.origins if origin.part == name))

    def whole(self, value: U) -> Traced[U]:
        """``value`` with the origins that give all of it: those of its parts stand at the parts."""
        return Traced(value, tuple(origin for origin in self.origins if not origin.part), self.note)

    def with_note(self, note: str) -> Traced[T]:
        """The same value with a comment for reviewers."""
        return replace(self, note=note)


def sourced(value: T, spans: Iterable[Span], note: str = "") -> Traced[T]:
    """``value`` as it follows from source leaves."""
    return Traced(value, tuple(Origin(OriginKind.SOURCE, span) for span in spans), note)


def composed(value: T, spans: Mapping[str, Iterable[Span]], note: str = "") -> Traced[T]:
    """``value`` whose parts follow from source leaves; one that gives every part (``data:/data:ro``) gives all of it."""
    parts: dict[Span, dict[str, None]] = {}
    for name, of in spans.items():
        for span in of:
            parts.setdefault(span, {})[name] = None
    origins = (
        Origin(OriginKind.SOURCE, span, part=name)
        for span, names in parts.items()
        for name in (("",) if len(names) == len(spans) > 1 else names)
    )
    return Traced(value, tuple(origins), note)


def mapped(value: T, span: Span | None, reason: str, note: str = "") -> Traced[T]:
    """``value`` as the mapping spec decides it."""
    return Traced(value, (Origin(OriginKind.MAPPING, span, reason),), note)


def assumed(value: T, reason: str, note: str = "") -> Traced[T]:
    """``value`` as a default gives it."""
    return Traced(value, (Origin(OriginKind.DEFAULT, None, reason),), note)
