"""YAML text to located trees, over PyYAML's C events.

Our own builder instead of a YAML library's: every key and value keeps its line and column, plain scalars are
resolved as the reader asks, duplicate keys are refused, and aliases cannot expand into a bomb. The builder keeps its
own stack, so deep nesting ends in a diagnostic and not in a crash.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from itertools import islice, repeat
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
_SHORT = 100
"""Texts with fewer characters are kept once, however many documents hold them."""


def _shared(text: str) -> str:
    """The one object for a text: documents repeat their keys and most of their short values."""
    return intern(text) if len(text) < _SHORT else text


class _Frame:
    """A collection that is still open."""

    __slots__ = (
        *("span", "tag", "anchor", "is_mapping", "items", "entries", "keys"),
        *("merges", "key", "key_span", "is_merge", "weight"),
    )

    def __init__(self, span: Span, tag: str | None, anchor: str | None, is_mapping: bool) -> None:
        self.span, self.tag, self.anchor, self.is_mapping = span, tag, anchor, is_mapping
        self.items: list[Node] = []
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Span] = {}
        self.merges: list[tuple[Node, Span]] | None = None
        self.key: str | None = None
        self.key_span = span
        self.is_merge = False
        self.weight = 1


class _Builder:
    """Turns the events of one stream into trees."""

    def __init__(self, shown: str, resolve: Callable[[str], Value], string_keys: bool, collector: Collector) -> None:
        self.shown = shown
        self.resolve = resolve
        self.string_keys = string_keys
        self.collector = collector
        self.documents: list[Node] = []
        self.stack: list[_Frame] = []
        self.frame: _Frame | None = None
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()
        self.expanded = 0
        self.known: dict[str, Value] = {}
        """What each plain scalar means: a document repeats few."""
        self.known_keys: dict[str, bool] = {}
        self.line = 0
        """The line of the last node: the places of a line share its number."""

    def build(self, parser: Any) -> list[Node]:
        get, scalar, end = parser.get_event, self._scalar, yaml.StreamEndEvent
        handlers = {
            yaml.StreamStartEvent: self._document,
            yaml.DocumentStartEvent: self._document,
            yaml.DocumentEndEvent: self._document,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
        }
        kind_of_scalar = yaml.ScalarEvent
        for _ in repeat(None, MAX_EVENTS):
            event = get()
            kind = type(event)
            if kind is kind_of_scalar:
                scalar(event)
            elif kind is end:
                return self.documents
            else:
                handlers[kind](event)
        raise InputError.of(
            "file-too-large", f"{self.shown} has more than {MAX_EVENTS:,} keys and values", Span(self.shown, 1, 1), "split it"
        )

    def _document(self, event: Any) -> None:  # noqa: ARG002 - the signature of a handler
        self.anchors.clear()

    def _span(self, mark: Any) -> Span:
        line: int = mark.line + 1
        if line != self.line:
            self.line = line
        return Span(self.shown, self.line, mark.column + 1)

    def _scalar(self, event: Any) -> None:
        span = self._span(event.start_mark)
        frame = self.frame
        if frame is not None and frame.is_mapping and frame.key is None and not frame.is_merge:
            self._key(frame, event, span)
            return
        text, tag = event.value, event.tag
        if tag is not None:
            node = self._tagged(event, tag, span)
        elif event.style:
            node = Scalar(_shared(text), span)
        else:
            known = self.known
            if text not in known:
                known[text] = self.resolve(_shared(text))
            node = Scalar(known[text], span)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        if frame is None or frame.is_merge or (frame.is_mapping and frame.key in frame.entries):
            self._add(node, 1)
            return
        frame.weight += 1
        if frame.is_mapping:
            key: str = frame.key  # type: ignore[assignment]  # a value follows its key
            frame.entries[key] = node
            frame.keys[key] = frame.key_span
            frame.key = None
        else:
            frame.items.append(node)

    def _tagged(self, event: Any, tag: str, span: Span) -> Scalar:
        """A scalar with a tag: a standard one says its type, any other makes it text; one of Compose stays."""
        is_typed = tag.startswith(_STANDARD) and tag != _STR
        value = self.resolve(event.value) if is_typed else event.value
        if tag == _FLOAT and type(value) is int:
            value = float(value)
        if tag in _TYPES and type(value) is not _TYPES[tag]:
            self.collector.error("wrong-tag", "the tag names another type than the value has", span, "remove the tag")
        return Scalar(value, span, tag if tag.startswith("!") and tag != "!" else None)

    def _key(self, frame: _Frame, event: Any, span: Span) -> None:
        text = _shared(event.value)
        frame.key_span = span
        if event.anchor:
            self.anchors[event.anchor] = (Scalar(text, span), 1)
        if event.style in _PLAIN and event.tag != _STR:
            if text == "<<" or event.tag == _MERGE:
                frame.is_merge = True
                return
            if self.string_keys and not self._is_string(text):
                self.collector.error(
                    "non-string-key", f"the key {text or 'null'} is not a string", span, f'write it in quotes: "{text}"'
                )
        frame.key = text

    def _is_string(self, key: str) -> bool:
        if key not in self.known_keys:
            self.known_keys[key] = isinstance(self.resolve(key), str)
        return self.known_keys[key]

    def _open(self, event: Any) -> None:
        span = self._span(event.start_mark)
        if self._awaits_key():
            raise InputError.of("complex-key", "a mapping key must be a plain string", span, "use a string as the key")
        if len(self.stack) >= MAX_DEPTH:
            raise InputError.of("nesting-too-deep", f"nested deeper than {MAX_DEPTH} levels", span, "flatten the document")
        tag = event.tag if event.tag and event.tag.startswith("!") and event.tag != "!" else None
        if event.anchor:
            self.open_anchors.add(event.anchor)
        self.frame = _Frame(span, tag, event.anchor, type(event) is yaml.MappingStartEvent)
        self.stack.append(self.frame)

    def _close(self, event: Any) -> None:  # noqa: ARG002 - the signature of a handler
        frame = self.stack.pop()
        self.frame = self.stack[-1] if self.stack else None
        node = self._merged(frame) if frame.is_mapping else Sequence(tuple(frame.items), frame.span, frame.tag)
        if frame.anchor:
            self.open_anchors.discard(frame.anchor)
            self.anchors[frame.anchor] = (node, frame.weight)
        self._add(node, frame.weight)

    def _alias(self, event: Any) -> None:
        span = self._span(event.start_mark)
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
        if self._awaits_key():
            if not isinstance(node, Scalar):
                raise InputError.of("complex-key", "a mapping key must be a plain string", span, "use a string as the key")
            self.stack[-1].key, self.stack[-1].key_span = str(node.value), span
            return
        self._add(node, weight)

    def _awaits_key(self) -> bool:
        frame = self.frame
        return frame is not None and frame.is_mapping and frame.key is None and not frame.is_merge

    def _add(self, node: Node, weight: int) -> None:
        frame = self.frame
        if frame is None:
            self.documents.append(node)
            return
        frame.weight += weight
        if not frame.is_mapping:
            frame.items.append(node)
            return
        if frame.is_merge:
            frame.merges = frame.merges or []
            if frame.merges:
                self._duplicate("<<", frame.key_span, frame.merges[0][1])
            frame.merges.append((node, frame.key_span))
            frame.is_merge = False
            return
        key: str = frame.key  # type: ignore[assignment]  # a value follows its key
        if key in frame.entries:
            self._duplicate(key, frame.key_span, frame.keys[key])
        else:
            frame.entries[key] = node
            frame.keys[key] = frame.key_span
        frame.key = None

    def _duplicate(self, key: str, span: Span, first: Span) -> None:
        self.collector.error(
            "duplicate-key", f"the key {key!r} was already given in line {first.line}", span, "keep one of the two"
        )

    def _merged(self, frame: _Frame) -> Mapping:
        """The mapping of ``frame`` with its ``<<`` entries: its own keys win, an earlier merged mapping wins over a later."""
        if frame.merges is None:
            return Mapping(frame.entries, frame.span, frame.keys, frame.tag)
        sources: list[Mapping] = []
        for node, span in frame.merges:
            parts = node.items if isinstance(node, Sequence) else (node,)
            for part in parts:
                if isinstance(part, Mapping):
                    sources.append(part)
                else:
                    self.collector.error("bad-merge", "<< takes a mapping or a list of mappings", span, "use an alias of one")
        entries, keys = dict(frame.entries), dict(frame.keys)
        for source in sources:
            self.expanded += len(source.entries)
            if self.expanded > MAX_EXPANSION:
                raise InputError.of(
                    "alias-bomb", f"merge keys add more than {MAX_EXPANSION:,} entries", frame.span, "write the values out"
                )
            for key, value in source.entries.items():
                if key not in entries:
                    entries[key] = value
                    keys[key] = source.key_span(key)
        return Mapping(entries, frame.span, keys, frame.tag, tuple(node for node, _ in frame.merges))


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
