"""Where the parts of a YAML document begin and end in its text: what an edit needs and a reader does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator


class Layout(Struct):
    """A value: ``scalar``, ``mapping``, ``sequence`` or ``alias``, from the character ``start`` to before ``end``."""

    kind: str
    start: int
    end: int
    column: int
    flow: bool = False
    parts: list[Part] = []

    def part(self, step: str | int) -> Part | None:
        """The entry under a key, or the item with a number."""
        if isinstance(step, int):
            return self.parts[step] if self.kind == "sequence" and step < len(self.parts) else None
        return next((part for part in self.parts if part.name == step), None)


class Part(Struct):
    """An entry of a mapping or an item of a sequence; the ``key`` of an item is the item itself."""

    name: str
    key: Layout
    value: Layout

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.key.start

    @property
    def end(self) -> int:
        """Before where its last character stands."""
        return max(self.key.end, self.value.end)


def layout(text: str) -> Layout | None:
    """The layout of the first document of ``text``, which is YAML; None if it holds nothing."""
    events = (event for event in yaml.parse(text, Loader=yaml.SafeLoader))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return _value(text, next(events), events)
    return None


def _value(text: str, event: Any, events: Iterator[Any]) -> Layout:
    found = Layout("scalar", _index(event.start_mark), _index(event.end_mark), event.start_mark.column)
    if isinstance(event, yaml.AliasEvent):
        found.kind = "alias"
    elif isinstance(event, yaml.ScalarEvent):
        # A block scalar ends where the next line begins; what it says ends before.
        found.end = found.start + len(text[found.start : found.end].rstrip("\r\n"))
    else:
        found.kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
        found.flow = bool(event.flow_style)
        end = _fill(found, text, events)
        found.end = end if found.flow or not found.parts else found.parts[-1].end
    return found


def _index(mark: Any) -> int:
    """How many characters stand before ``mark``."""
    return int(mark.index)


def _fill(found: Layout, text: str, events: Iterator[Any]) -> int:
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return _index(event.end_mark)
        first = _value(text, event, events)
        value = _value(text, next(events), events) if found.kind == "mapping" else first
        found.parts.append(Part(str(getattr(event, "value", "")) if value is not first else "", first, value))
    return found.end
