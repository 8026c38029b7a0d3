"""YAML text to located trees, over PyYAML's C events.

Our own builder instead of a YAML library's: every key and value keeps its line and column, plain scalars are
resolved as the reader asks, duplicate keys are refused, and aliases cannot expand into a bomb. Nesting has a limit far
below Python's own, so that it ends in a diagnostic and not in a crash.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from itertools import islice
from sys import intern
from types import NoneType
from typing import TYPE_CHECKING, Any

import yaml

from compose2qt.diagnostic import Collector, InputError
from compose2qt.source.node import Mapping, Node, Scalar, Sequence
from compose2qt.source.read import place
from compose2qt.source.scalars import compose_scalar
from compose2qt.source.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.source.node import Value

MAX_DEPTH = 200
"""Nesting beyond this is refused: no real document comes near it, and every later walk may recurse."""
MAX_EXPANSION = 1_000_000
"""The number of nodes that aliases may add to what is written."""
MAX_EVENTS = 3_000_000
"""Keys, values and ends of collections in a file: some 40,000 services, and about a gigabyte of memory."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR = "tag:yaml.org,2002:str"
_FLOAT = "tag:yaml.org,2002:float"
_TYPES: dict[str, type] = {
    _FLOAT: float,
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:null": NoneType,
}
_STANDARD = "tag:yaml.org,2002:"
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = (None, "")
_SCALAR = yaml.ScalarEvent
_FRAMES = (yaml.StreamStartEvent, yaml.DocumentEndEvent)
_SHORT = 100
"""Texts with fewer characters are kept once, however many documents hold them."""


def _shared(text: str) -> str:
    """The one object for a text: documents repeat their keys and most of their short values."""
    return intern(text) if len(text) < _SHORT else text


class _Builder:
    """Turns the events of one stream into trees."""

    def __init__(self, shown: str, resolve: Callable[[str], Value], string_keys: bool, collector: Collector) -> None:
        self.shown = shown
        self.resolve = resolve
        self.string_keys = string_keys
        self.collector = collector
        self.events: Iterator[Any] = iter(())
        self.anchors: dict[str, tuple[Node, int]] = {}
        """Each anchored node with its weight: how many nodes an alias of it adds."""
        self.open_anchors: set[str] = set()
        self.weight = 0
        """The nodes of all collections that are closed, as if aliases were written out."""
        self.expanded = 0
        self.line = 0
        """The line of the last node: the places of a line share its number."""

    def build(self, parser: Any) -> list[Node]:
        """The documents of a stream."""
        documents: list[Node] = []
        self.events = islice(iter(parser.get_event, None), MAX_EVENTS)
        for event in self.events:
            kind = type(event)
            if kind is yaml.StreamEndEvent:
                return documents
            if kind is yaml.DocumentStartEvent:
                self.anchors.clear()
            elif kind not in _FRAMES:
                documents.append(self._scalar(event) if kind is _SCALAR else self._other(event, 0))
        raise self._too_large()

    def _too_large(self) -> InputError:
        message = f"{self.shown} has more than {MAX_EVENTS:,} keys and values"
        return InputError.of("file-too-large", message, Span(self.shown, 1, 1), "split it")

    def _span(self, mark: Any) -> Span:
        line: int = mark.line + 1
        if line != self.line:
            self.line = line
        return Span(self.shown, self.line, mark.column + 1)

    def _scalar(self, event: Any) -> Scalar:
        span = self._span(event.start_mark)
        if event.tag is not None:
            node = self._tagged(event, event.tag, span)
        else:
            text = _shared(event.value)
            node = Scalar(text if event.style else self.resolve(text), span)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        return node

    def _tagged(self, event: Any, tag: str, span: Span) -> Scalar:
        """A scalar with a tag: a standard one says its type, any other makes it text; one of Compose stays."""
        is_typed = tag.startswith(_STANDARD) and tag != _STR
        value = self.resolve(event.value) if is_typed else event.value
        if tag == _FLOAT and type(value) is int:
            value = float(value)
        if tag in _TYPES and type(value) is not _TYPES[tag]:
            self.collector.error("wrong-tag", "the tag names another type than the value has", span, "remove the tag")
        return Scalar(value, span, tag if tag.startswith("!") and tag != "!" else None)

    def _other(self, event: Any, depth: int) -> Node:
        """A collection, or what an alias stands for, inside of ``depth`` collections."""
        span = self._span(event.start_mark)
        if type(event) is yaml.AliasEvent:
            node, weight = self._aliased(event, span)
            self.weight += weight
            return node
        if depth >= MAX_DEPTH:
            raise InputError.of("nesting-too-deep", f"nested deeper than {MAX_DEPTH} levels", span, "flatten the document")
        tag = event.tag if event.tag and event.tag.startswith("!") and event.tag != "!" else None
        read = self._mapping if type(event) is yaml.MappingStartEvent else self._sequence
        anchor, before = event.anchor, self.weight
        if not anchor:
            return read(span, tag, depth + 1)
        self.open_anchors.add(anchor)
        found = read(span, tag, depth + 1)
        self.open_anchors.discard(anchor)
        self.anchors[anchor] = (found, self.weight - before)
        return found

    def _aliased(self, event: Any, span: Span) -> tuple[Node, int]:
        name: str = event.anchor
        if name in self.open_anchors:
            raise InputError.of("alias-cycle", f"the alias *{name} stands inside its own anchor", span, "break the cycle")
        if name not in self.anchors:
            # The name is not told: an unquoted password may begin with an asterisk.
            fix = "define the anchor first, or put the value in quotes"
            raise InputError.of("unknown-alias", "no anchor stands before this alias", span, fix)
        node, weight = self.anchors[name]
        self.expanded += weight
        if self.expanded > MAX_EXPANSION:
            raise InputError.of(
                "alias-bomb", f"aliases expand to more than {MAX_EXPANSION:,} nodes", span, "write the values out"
            )
        return node, weight

    def _sequence(self, span: Span, tag: str | None, depth: int) -> Sequence:
        items: list[Node] = []
        for event in self.events:
            kind = type(event)
            if kind is _SCALAR:
                items.append(self._scalar(event))
            elif kind is yaml.SequenceEndEvent:
                self.weight += len(items) + 1
                return Sequence(tuple(items), span, tag)
            else:
                items.append(self._other(event, depth))
        raise self._too_large()

    def _mapping(self, span: Span, tag: str | None, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        merges: list[tuple[Node, Span]] = []
        events = self.events
        for event in events:
            if type(event) is yaml.MappingEndEvent:
                self.weight += len(entries) + 1
                return self._merged(entries, keys, merges, span, tag) if merges else Mapping(entries, span, keys, tag)
            key_span = self._span(event.start_mark)
            key = self._key(event, key_span)
            value = next(events, None)
            if value is None:
                break
            node = self._scalar(value) if type(value) is _SCALAR else self._other(value, depth)
            if key is None:
                if merges:
                    self._duplicate("<<", key_span, merges[0][1])
                merges.append((node, key_span))
            elif key in entries:
                self._duplicate(key, key_span, keys[key])
            else:
                entries[key] = node
                keys[key] = key_span
        raise self._too_large()

    def _key(self, event: Any, span: Span) -> str | None:
        """The key that ``event`` is; None for ``<<``."""
        if type(event) is not _SCALAR:
            node = self._aliased(event, span)[0] if type(event) is yaml.AliasEvent else None
            if not isinstance(node, Scalar):
                raise InputError.of("complex-key", "a mapping key must be a plain string", span, "use a string as the key")
            return str(node.value)
        text = _shared(event.value)
        if event.anchor:
            self.anchors[event.anchor] = (Scalar(text, span), 1)
        if event.style in _PLAIN and event.tag != _STR:
            if text == "<<" or event.tag == _MERGE:
                return None
            if self.string_keys and not isinstance(self.resolve(text), str):
                self.collector.error(
                    "non-string-key", f"the key {text or 'null'} is not a string", span, f'write it in quotes: "{text}"'
                )
        return text

    def _duplicate(self, key: str, span: Span, first: Span) -> None:
        self.collector.error(
            "duplicate-key", f"the key {key!r} was already given in line {first.line}", span, "keep one of the two"
        )

    def _merged(
        self, own: dict[str, Node], own_keys: dict[str, Span], merges: list[tuple[Node, Span]], span: Span, tag: str | None
    ) -> Mapping:
        """A mapping with its ``<<`` entries: its own keys win, an earlier merged mapping wins over a later."""
        sources: list[Mapping] = []
        for node, at in merges:
            parts = node.items if isinstance(node, Sequence) else (node,)
            for part in parts:
                if isinstance(part, Mapping):
                    sources.append(part)
                else:
                    self.collector.error("bad-merge", "<< takes a mapping or a list of mappings", at, "use an alias of one")
        entries, keys = dict(own), dict(own_keys)
        for source in sources:
            self.expanded += len(source.entries)
            if self.expanded > MAX_EXPANSION:
                raise InputError.of(
                    "alias-bomb", f"merge keys add more than {MAX_EXPANSION:,} entries", span, "write the values out"
                )
            for key, value in source.entries.items():
                if key not in entries:
                    entries[key] = value
                    keys[key] = source.key_span(key)
        return Mapping(entries, span, keys, tag, tuple(node for node, _ in merges))


@contextmanager
def collecting_later() -> Iterator[None]:
    """No garbage collection while a large tree is built: it has no cycles, and each pass would walk all of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


_TABS = "indent with spaces: YAML allows no tabs there"
_COLON = 'put a text that holds ": " in quotes, or check the indentation'
_UNCLEAR = "check the indentation and quotes around here"


def _syntax_fix(text: str, span: Span, what: str) -> str:
    """What to do about text at ``span`` that is not YAML, as a person of whom it is the first YAML file needs it."""
    line = next(islice(text.split("\n"), span.line - 1, None), "")
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _TABS
    return _COLON if "mapping values are not allowed" in what else _UNCLEAR


def read_yaml(
    text: str,
    shown: str,
    collector: Collector,
    *,
    resolve: Callable[[str], Value] = compose_scalar,
    string_keys: bool = True,
) -> list[Node]:
    """The documents of ``text``, called ``shown`` in spans; an empty stream has none.

    ``resolve`` gives plain scalars their meaning. With ``string_keys`` a key that is not a string is an error, as in
    Compose. What can be collected goes to ``collector``; text that cannot be read further raises ``InputError``.
    """
    builder = _Builder(shown, resolve, string_keys, collector)
    try:
        with collecting_later():
            return builder.build(_LOADER(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown, 1, 1)
        what = ", ".join(part for part in (error.context, error.problem) if part)
        if "nesting depth" in what:  # the scanner reads ahead of the events: its own limit may come first
            raise InputError.of("nesting-too-deep", "nested too deeply", span, "flatten the document") from None
        collector.error("yaml-syntax", f"this is not YAML: {what}", span, _syntax_fix(text, span, what))
    except yaml.reader.ReaderError as error:
        span = place(text, error.position, shown)
        collector.error("yaml-character", f"YAML does not allow the character {error.character!r}", span, "remove it")
    raise InputError(collector)
