"""The only YAML writer: plain data in, text that every YAML reader reads alike out.

A string stands plain only if no reader of YAML 1.1 or 1.2 could take it for anything else: the readers of Kubernetes
and of people's tools disagree about ``y``, ``08``, ``1e3`` and the like. Text of several lines is a block scalar where
its white space is safe there, else a quoted scalar with one line of text a line. No anchors, no folding, no flow style
but ``{}`` and ``[]``.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compose2qt.diagnostic import InputError
from compose2qt.source import Span, pointer
from compose2qt.workload import OriginKind, Traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compose2qt.source import Path

MAX_LINE = 120
"""A comment stands behind its field if the line stays this short, else above it."""
_MAX_SHORT_KEY = 1000
"""YAML lets a key stand before its colon on one line up to 1024 characters; a longer one needs ``?``."""
_MAX_SHORT_TEXT = 80
"""Text of several lines that no block scalar can hold is broken at its line ends if it is longer."""

# Words that some reader takes for a boolean, null or a number, in any case.
_WORD = r"(?:y|n|yes|no|on|off|true|false|null|[-.]{0,2}(?:inf|infinity|nan))\Z"
_BEGIN = r"[A-Za-z_/$]|\.{1,2}/|--?[A-Za-z]"
# Printable ASCII, but no comment, no "key: value" and no blank at the end.
_REST = r"[!-9;-~]|:(?=[!-~])| +(?=[!-\"$-~])"
_NAME = re.compile(rf"(?i:(?!{_WORD}))(?:{_BEGIN})(?:{_REST})*+")
# 250m, 10Gi, 50%, 30s: digits with a unit that no reader takes for a number.
_AMOUNT = re.compile(r"[1-9][0-9]*(?:\.[0-9]+)?(?:[mkMGTP%s]|[KMGTP]i)")
# Characters that readers refuse, take for a line break or drop; and those that make text read otherwise than it looks.
# Few projects have any: these patterns are compiled where they are first needed, for that takes longer than to write a file.
_UNSAFE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
_HIDDEN = rf"[{_UNSAFE}\t\n]"
# What a block scalar cannot hold, and white space at line ends, which editors remove.
_NO_BLOCK = rf"[{_UNSAFE}]|[ \t](?:\n|\Z)|\A\n*\Z"
_ESCAPED = rf"[{_UNSAFE}\t\n\"\\]"
_SURROGATE = r"[\ud800-\udfff]"
_NO_COMMENT = rf"[{_UNSAFE}\s]+"
_LINE = r"[^\n]*\n|[^\n]+"
_NAMED_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


class Placed(NamedTuple):
    """A leaf of the input (Compose or mapping) and the field that holds its value, as a JSON Pointer into the object."""

    span: Span
    field: str


class Chosen(NamedTuple):
    """The path of a field whose value is decided by the mapping (``at`` a place of it) or inferred, and why."""

    path: Path
    reason: str
    at: Span | None


class Written(NamedTuple):
    """A document, and where its values come from."""

    text: str
    placed: tuple[Placed, ...]
    chosen: tuple[Chosen, ...]


def write_object(body: object, *, header: str = "") -> Written:
    """One document, the places of the source leaves in it, and what in it was chosen.

    ``body`` is plain data whose parts may be ``Traced``; a note becomes a comment beside its field. ``header`` becomes
    comment lines at the top. ``InputError`` if a string is not text (a lone surrogate), ``TypeError`` for other types.
    """
    page = _Page()
    page.lines += [f"# {_comment(line)}".rstrip() for line in header.splitlines()]
    page.put(body, "", "", None)
    return Written("\n".join([*page.lines, ""]), tuple(page.placed), tuple(page.chosen))


def write_documents(bodies: Iterable[object]) -> str:
    """Several documents as one stream."""
    return "---\n".join(write_object(body).text for body in bodies)


Chain: TypeAlias = "tuple[Chain, str | int] | None"
"""A path as it grows on the way down: the steps before it, and the last step. Only the paths of source leaves are spelt out."""


class _Page:
    """A document while it is written: its lines, where the source leaves went, and what was chosen."""

    __slots__ = ("chosen", "lines", "placed")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.placed: dict[Placed, None] = {}
        self.chosen: list[Chosen] = []

    def put(self, value: object, lead: str, indent: str, chain: Chain) -> None:
        """Write ``value`` behind ``lead`` (``key:``, ``-``, or nothing at the top); what is inside stands at ``indent``."""
        notes: list[str] = []
        span: Span | None = None
        if type(value) is Traced:  # nearly nothing is, and isinstance takes its time to say no
            value, notes, span = self._traced(value, chain)
        if not value or not isinstance(value, (dict, list, tuple)):
            self._leaf(_text(value, indent or "  ", span), notes, lead)
            return
        if notes:
            self._above(notes, lead)
        if isinstance(value, dict):
            self._mapping(value, lead, indent, chain)
        else:
            self._sequence(value, lead, indent, chain)

    def _traced(self, value: object, chain: Chain) -> tuple[object, list[str], Span | None]:
        """What is traced, its notes as comments, and its first source leaf; each leaf is noted to stand here."""
        notes: list[str] = []
        spans: list[Span] = []
        while type(value) is Traced:
            for origin in value.origins:
                if origin.span:
                    spans.append(origin.span)
                if origin.kind is not OriginKind.SOURCE and (origin.reason or origin.span):
                    self.chosen.append(Chosen(_steps(chain), origin.reason, origin.span))
            notes += [_comment(value.note)] if value.note else []
            value = value.value
        field = pointer(_steps(chain)) if spans else ""
        for span in spans:
            self.placed[Placed(span, field)] = None
        return value, notes, spans[0] if spans else None

    def _mapping(self, entries: Mapping[str, object], lead: str, indent: str, chain: Chain) -> None:
        begin, inner = self._opened(lead, indent), f"{indent}  "
        for key, value in entries.items():
            self.put(value, f"{begin}{_key(key, indent)}:", inner, (chain, key))
            begin = indent

    def _sequence(self, items: Iterable[object], lead: str, indent: str, chain: Chain) -> None:
        begin, inner = self._opened(lead, indent), f"{indent}  "
        for index, item in enumerate(items):
            self.put(item, f"{begin}-", inner, (chain, index))
            begin = indent

    def _opened(self, lead: str, indent: str) -> str:
        """How the first line of a collection begins: behind the ``-`` of its item, but below its key."""
        if lead.endswith(":"):
            self.lines.append(lead)
            return indent
        return f"{lead} " if lead else indent

    def _leaf(self, text: str, notes: list[str], lead: str) -> None:
        line = f"{lead} {text}" if lead else text
        if not notes:
            self.lines.append(line)
            return
        if "\n" not in line and len(commented := f"{line}  # {'; '.join(notes)}") <= MAX_LINE:
            line = commented
        else:
            self._above(notes, lead)
        self.lines.append(line)

    def _above(self, notes: list[str], lead: str) -> None:
        margin = " " * (len(lead) - len(lead.lstrip(" ")))
        self.lines += [f"{margin}# {note}" for note in notes]


def _steps(chain: Chain) -> Path:
    """``chain`` as a path."""
    found: list[str | int] = []
    while chain is not None:
        chain, step = chain
        found.append(step)
    return tuple(reversed(found))


def _comment(text: str) -> str:
    """``text`` as one line that cannot end its comment."""
    if text.isprintable():  # then blanks are all that there is of white space
        return " ".join(text.split())
    return re.sub(_NO_COMMENT, " ", text).strip()


def _text(value: object, indent: str, span: Span | None) -> str:
    """A scalar or an empty collection; further lines of text stand at ``indent``."""
    if isinstance(value, str):
        return _string(str(value), indent, span)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    raise TypeError(f"a manifest holds no {type(value).__name__}")


def _float(value: float) -> str:
    """``value`` with a point: without one, readers of YAML 1.1 take ``1e+16`` for a string."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    digits, exponent, power = repr(value).partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}{exponent}{power}"


@lru_cache(maxsize=4096)
def _is_plain(text: str) -> bool:
    """Whether no reader takes ``text`` without quotes for anything else."""
    return bool(_NAME.fullmatch(text) or _AMOUNT.fullmatch(text))


def _string(text: str, indent: str, span: Span | None) -> str:
    if _is_plain(text):
        return text
    if "\n" in text and not re.search(_NO_BLOCK, text):
        return _block(text, indent)
    if not text.isprintable() and re.search(_SURROGATE, text):
        raise InputError.of("not-text", "a value is not Unicode text", span, "write it in UTF-8")
    if len(text) > _MAX_SHORT_TEXT and "\n" in text[:-1]:
        return _quoted_lines(text, indent)
    return _quoted(text)


def _block(text: str, indent: str) -> str:
    """A literal block scalar."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    # Without the indicator, readers would take blanks before the first text for indentation.
    indicator = "2" if body.lstrip("\n")[0] in " \t" else ""
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = [f"|{indicator}{chomping}", *(f"{indent}{line}" if line else "" for line in body.split("\n"))]
    return "\n".join(lines + [""] * (ends - 1))


def _quoted_lines(text: str, indent: str) -> str:
    """A quoted scalar that goes on in a new line wherever its text does: escaped line ends add nothing to the value."""
    first, *others = [re.sub(_ESCAPED, _escape, line) for line in re.findall(_LINE, text)]
    # A blank at the beginning of a further line is escaped, for readers take it for indentation.
    return '"' + f"\\\n{indent}".join([first, *(f"\\{line}" if line[0] == " " else line for line in others)]) + '"'


def _quoted(text: str) -> str:
    """A quoted scalar on one line; single quotes where double ones would need escapes for printable text."""
    is_printable = text.isprintable()
    if ('"' in text or "\\" in text) and (is_printable or not re.search(_HIDDEN, text)):
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"' if is_printable else '"' + re.sub(_ESCAPED, _escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _NAMED_ESCAPES.get(character) or (f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}")


@lru_cache(maxsize=4096)
def _key(key: str, indent: str) -> str:
    """A key as it stands before its colon."""
    if _NAME.fullmatch(key):
        return key if len(key) <= _MAX_SHORT_KEY else f"? {key}\n{indent}"
    if re.search(_SURROGATE, key):
        raise InputError.of("not-text", "a key is not Unicode text", fix="write it in UTF-8")
    quoted = _quoted(key)
    return quoted if len(quoted) <= _MAX_SHORT_KEY else f"? {quoted}\n{indent}"
