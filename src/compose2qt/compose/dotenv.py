"""Env files: the dotenv grammar of Compose, with the place of each entry. Source: compose-loader reference, section 2.17."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.compose.interpolation import TemplateError, substitute
from compose2qt.source import Scalar, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.diagnostic import Collector

_BLANK = " \t\v\f\r\x85\xa0"
"""What may stand around a name and its value."""
_SPACE = f"{_BLANK}\n\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go takes for white space: less than Python does."""
_KEY = re.compile(rf"(?:export[{_BLANK}]++)?+([\w.\[\]-]+)[{_BLANK}]*(?:([=:])|(?=\n|\Z))")
_BLANKS = re.compile(rf"[{_BLANK}]*")
_SPACES = re.compile(rf"[{_SPACE}]*")
_TRAILING = re.compile(rf"[{_SPACE}]+\Z")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "$": "$$"}
_OCTAL = re.compile(r"0(\d{0,3})", re.ASCII)
_BYTE = re.compile(r"[0-3][0-7]{2}")


class _Reader:
    """Walks over the text of one env file."""

    def __init__(
        self, text: str, shown: str, lookup: Mapping[str, str], collector: Collector, earlier: Mapping[str, str]
    ) -> None:
        self.text, self.shown, self.lookup, self.collector, self.earlier = text, shown, lookup, collector, earlier
        self.position = 0
        self.line, self.line_start = 1, 0
        self.found: dict[str, Scalar] = {}

    def read(self) -> dict[str, Scalar]:
        while self._skip_blank():
            match = _KEY.match(self.text, self.position)
            if match is None:
                self.collector.error(
                    "env-file-syntax", "this line is not NAME=VALUE", self._span(), "write NAME=VALUE, or # for a comment"
                )
                self._to_next_line()
                continue
            self._advance(match.end())
            if match[2]:
                self._statement(match[1])
            elif match[1] in self.lookup:
                self.found[match[1]] = Scalar(self.lookup[match[1]], self._span())
        return self.found

    def _statement(self, name: str) -> None:
        self._advance(_end(_BLANKS, self.text, self.position))
        span = self._span()
        quote = self.text[self.position : self.position + 1]
        value = self._quoted(quote, span) if quote in ("'", '"') and quote else self._bare()
        if value is None:
            return
        if quote != "'":
            value = self._substituted(value, span)
        self.found[name] = Scalar(value, span)

    def _bare(self) -> str:
        end = self.text.find("\n", self.position)
        end = len(self.text) if end < 0 else end
        value = self.text[self.position : end]
        comment = value.find(" #")
        if comment >= 0:
            value = value[:comment]
        self._advance(end)
        return _TRAILING.sub("", value)

    def _quoted(self, quote: str, span: Span) -> str | None:
        index = self.position + 1
        parts: list[str] = []
        while index < len(self.text) and self.text[index] != quote:
            if self.text[index] == "\\" and index + 1 < len(self.text):
                piece, index = _escaped(self.text, index, quote)
                parts.append(piece)
            else:
                parts.append(self.text[index])
                index += 1
        if index >= len(self.text):
            self.collector.error("env-file-syntax", "the quote is not closed", span, "close it")
            self._advance(len(self.text))
            return None
        self._advance(index + 1)
        return "".join(parts)

    def _substituted(self, value: str, span: Span) -> str:
        if "$" not in value:
            return value
        known = {**self.earlier, **{name: str(scalar.value) for name, scalar in self.found.items()}, **self.lookup}
        try:
            return substitute(value, known)
        except TemplateError as error:
            self.collector.error("interpolation", str(error), span, error.fix)
            return ""

    def _skip_blank(self) -> bool:
        """Go to the next statement; False at the end."""
        self._advance(_end(_SPACES, self.text, self.position))
        while self.text.startswith("#", self.position):
            self._to_next_line()
            self._advance(_end(_SPACES, self.text, self.position))
        return self.position < len(self.text)

    def _to_next_line(self) -> None:
        end = self.text.find("\n", self.position)
        self._advance(len(self.text) if end < 0 else end + 1)

    def _advance(self, to: int) -> None:
        newlines = self.text.count("\n", self.position, to)
        if newlines:
            self.line += newlines
            self.line_start = self.text.rfind("\n", self.position, to) + 1
        self.position = to

    def _span(self) -> Span:
        return Span(self.shown, self.line, self.position - self.line_start + 1)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where a ``pattern`` that may be empty ends."""
    match = pattern.match(text, position)
    return match.end() if match else position


def _escaped(text: str, index: int, quote: str) -> tuple[str, int]:
    """What the backslash at ``index`` stands for inside ``quote``, and where to go on."""
    following = text[index + 1]
    if quote == "'":
        return ("'" if following == "'" else "\\" + following), index + 2
    if match := _OCTAL.match(text, index + 1):
        return chr(int(match[1], 8)) if _BYTE.fullmatch(match[1]) else "\\" + match[1], match.end()
    return _ESCAPES.get(following, "\\" + following), index + 2


def read_env(
    text: str, shown: str, lookup: Mapping[str, str], collector: Collector, earlier: Mapping[str, str] | None = None
) -> dict[str, Scalar]:
    """The entries of the env file ``text``.

    ``lookup`` wins in interpolation and gives names without value theirs; the files ``earlier`` only fill in.
    """
    return _Reader(text, shown, lookup, collector, earlier or {}).read()


def read_raw_env(text: str, shown: str, lookup: Mapping[str, str], collector: Collector) -> dict[str, Scalar]:
    """The entries of an env file of ``format: raw``: no quotes, no interpolation, no comments after a value."""
    found: dict[str, Scalar] = {}
    for number, written in enumerate(text.split("\n"), 1):
        line = written[_end(_SPACES, written, 0) :].removesuffix("\r")
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        span = Span(shown, number, 1)
        if not name or " " in name or "\t" in name:
            collector.error("env-file-syntax", "this line is not NAME=VALUE", span, "write NAME=VALUE, or # for a comment")
        elif equals:
            found[name] = Scalar(value, span)
        elif name in lookup:
            found[name] = Scalar(lookup[name], span)
    return found
