"""Env files: the dotenv grammar of Compose, with the place of each entry. Source: compose-loader reference, section 2.17."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.compose.interpolation import TemplateError, substitute
from compose2qt.source import Scalar, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.diagnostic import Collector

_KEY = re.compile(r"(?:export[ \t]+)?([\w.\[\]-]+)[ \t]*(?:([=:])|(?=[\r\n#]|\Z))")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "$": "$$"}
_OCTAL = re.compile(r"0([0-7]{1,3})")


class _Reader:
    """Walks over the text of one env file."""

    def __init__(self, text: str, shown: str, lookup: Mapping[str, str], collector: Collector) -> None:
        self.text, self.shown, self.lookup, self.collector = text, shown, lookup, collector
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
        while self.text[self.position : self.position + 1] in (" ", "\t"):
            self.position += 1
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
        return value.rstrip()

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
        known = {**{name: str(scalar.value) for name, scalar in self.found.items()}, **self.lookup} if "$" in value else {}
        try:
            return substitute(value, known)
        except TemplateError as error:
            self.collector.error("interpolation", str(error), span, error.fix)
            return ""

    def _skip_blank(self) -> bool:
        """Go to the next statement; False at the end."""
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == "#":
                self._to_next_line()
            elif character.isspace():
                self._advance(self.position + 1)
            else:
                return True
        return False

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


def _escaped(text: str, index: int, quote: str) -> tuple[str, int]:
    """What the backslash at ``index`` stands for inside ``quote``, and where to go on."""
    following = text[index + 1]
    if quote == "'":
        return ("'", index + 2) if following == "'" else ("\\", index + 1)
    if following == "c":
        return "", index + 2
    if match := _OCTAL.match(text, index + 1):
        return chr(int(match[1], 8)), match.end()
    return _ESCAPES.get(following, "\\" + following), index + 2


def read_env(text: str, shown: str, lookup: Mapping[str, str], collector: Collector) -> dict[str, Scalar]:
    """The entries of the env file ``text``; ``lookup`` wins in interpolation and gives names without value theirs."""
    return _Reader(text.replace("\r\n", "\n"), shown, lookup, collector).read()


def read_raw_env(text: str, shown: str, lookup: Mapping[str, str], collector: Collector) -> dict[str, Scalar]:
    """The entries of an env file of ``format: raw``: no quotes, no interpolation, no comments after a value."""
    found: dict[str, Scalar] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.lstrip().partition("=")
        span = Span(shown, number, 1)
        if not name or any(character.isspace() for character in name):
            collector.error("env-file-syntax", "this line is not NAME=VALUE", span, "write NAME=VALUE, or # for a comment")
        elif equals:
            found[name] = Scalar(value, span)
        elif name in lookup:
            found[name] = Scalar(lookup[name], span)
    return found
