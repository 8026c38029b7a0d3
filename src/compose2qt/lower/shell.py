"""The words of shell text with their places, and references to variables where one of them stands.

Only as much of the POSIX shell as telling where words begin and end needs: quotes, escapes, expansions, command
substitutions. Source: POSIX.1-2024, Shell Command Language, 2.2 and 2.3.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

LIVE = "\ufffc"
"""Stands in a word for what the shell puts in: a variable, the output of a command."""
MARK = "\0"
"""Around the name of a variable in an argument: what no argument can hold."""
SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh", "ksh"))

_EXPANSION = re.compile(r"\$(?:\{[^}]*\}|[A-Za-z_]\w*|[0-9@*#?$!-])")
_BARE_NAME = re.compile(r"(?<![\w${])[A-Za-z_]\w*")
_BLANKS = " \t\n"
_OPERATORS = ";&|()<>"
_NAMED = re.compile(f"({MARK}[A-Za-z_][A-Za-z0-9_]*{MARK})")


class Letter(Struct, frozen=True):
    """One character of a word: its place ``start`` .. ``end`` in the text, and the quotes around it (`"`, `'` or none)."""

    start: int
    end: int
    quote: str


class Word(Struct, frozen=True):
    """A word as the program gets it, and where each of its characters stands."""

    text: str
    letters: tuple[Letter, ...]


def is_script(before: str) -> bool:
    """Whether what follows ``before``, an option of a shell, is shell text: ``-c``, ``-lc``."""
    return re.fullmatch(r"-[a-z]*c", before) is not None


def mentioned(text: str) -> frozenset[str]:
    """The names in shell text that stand there other than as ``$NAME``: the text may give those variables another value."""
    return frozenset(_BARE_NAME.findall(text))


def words(text: str) -> Iterator[Word]:
    """The words of shell text, those of command substitutions as words of their own."""
    letters: list[Letter] = []
    content: list[str] = []
    outer: list[str] = []
    """The quotes around each command substitution that is open."""
    quote, index = "", 0

    def taken() -> Iterator[Word]:
        if content:
            yield Word("".join(content), tuple(letters))
            content.clear()
            letters.clear()

    def put(character: str, length: int) -> int:
        content.append(character)
        letters.append(Letter(index, index + length, quote))
        return index + length

    while index < len(text):
        one = text[index]
        if quote == "'":
            quote, index = ("", index + 1) if one == "'" else (quote, put(one, 1))
        elif one == "\\" and index + 1 < len(text) and (not quote or text[index + 1] in '$`"\\\n'):
            index = index + 2 if text[index + 1] == "\n" else put(text[index + 1], 2)
        elif one == '"':
            quote, index = ("" if quote else '"'), index + 1
        elif text.startswith("$(", index):
            put(LIVE, 2)
            yield from taken()
            outer.append(quote)
            quote, index = "", index + 2
        elif one == "$" and (expansion := _EXPANSION.match(text, index)):
            index = put(LIVE, len(expansion[0]))
        elif quote:
            index = put(one, 1)
        elif one == ")" and outer:
            yield from taken()
            quote, index = outer.pop(), index + 1
        elif one == "'":
            quote, index = "'", index + 1
        elif one == "#" and not content:
            index = (text.find("\n", index) + 1) or len(text)
        elif one in _BLANKS or one in _OPERATORS or one == "`":
            yield from taken()
            index += 1
        else:
            index = put(one, 1)
    yield from taken()


def replaced(text: str, word: Word, start: int, end: int, name: str) -> tuple[int, int, str]:
    """Where in ``text`` the characters ``start`` .. ``end`` of ``word`` are, and what stands there for variable ``name``."""
    first, last = word.letters[start], word.letters[end - 1]
    begin, stop = first.start, last.end
    if first.quote == last.quote == '"':
        return begin, stop, f"${{{name}}}"
    before, after = first.quote, last.quote
    if before and text[begin - 1] == before:
        begin, before = begin - 1, ""
    if after and text[stop : stop + 1] == after:
        stop, after = stop + 1, ""
    return begin, stop, f'{before}"${{{name}}}"{after}'


def quoted(argument: str) -> str:
    """An argument as a word of shell text; a variable in it (``MARK`` around its name) is expanded, but not split."""
    parts = _NAMED.split(argument)
    return "".join(f'"${{{part[1:-1]}}}"' if part[:1] == MARK else shlex.quote(part) for part in parts if part) or "''"


def has_variable(arguments: tuple[str, ...]) -> bool:
    """Whether a variable stands in an argument, so that only a shell can run them."""
    return any(MARK in argument for argument in arguments)
