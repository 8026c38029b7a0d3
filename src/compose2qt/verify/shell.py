"""Shell text in one form, so that ``--password='x'`` compares equal to ``--password="${PASSWORD}"`` where PASSWORD is x.

Quotes and known variables are resolved as the shell does it; what depends on more (an unknown variable, a command's
output) stays as it is written. Source: POSIX.1-2024, Shell Command Language, 2.2, 2.6.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHELL = re.compile(r"(?:.*/)?(?:ba|a|da|z|k)?sh\Z")
_OPERATOR = re.compile(r"&&|\|\||;;|[0-9]*(?:>>|>&|<&|>|<)|[;&|()\n]")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))")
_LIVE = re.compile(r"\$\{[^}]*\}|\$[\w@*#?$!-]+|`[^`]*`")
_LITERAL = re.compile(r"[^\s\"'\\$`;&|()<>#]+")
_PLAIN_TEXT = re.compile(r"[^\"\\$`]+")
_ASSIGNMENT = re.compile(r"(?<![\w$?&-])([A-Za-z_]\w*)[+:]?=")
_HIDDEN = re.compile(r'"\$\{(\w+)\}"')
_RUNS = re.compile(r"-[a-z]*c")
"""The option with the script, among others: ``-c``, ``-lc``, ``-ec``."""
_REDIRECTION = re.compile(r"[12]?>>?|2>&")
_FAILURES = (["exit"], ["exit", "1"], ["false"])
_TAKES_NAMES = re.compile(r"\b(?:read|for|unset|getopts)\b([^\n;&|]*)")
_SPLIT = re.compile(r"[\s*?\[]")


def settled(words: tuple[str, ...], variables: Mapping[str, str]) -> tuple[str, ...]:
    """An argument vector; shell text in it in one form, or the vector of the program that it does nothing but ``exec``."""
    if len(words) != 3 or not _RUNS.fullmatch(words[1]) or not is_shell(words[0]):
        return words
    assigned = _assigned(words[2])
    reader = _Reader(words[2], {name: value for name, value in variables.items() if name not in assigned})
    if not reader.read():
        # No shell runs this. What a Secret hides in it is shown all the same, as it is hidden: between quotes of its own.
        return (*words[:2], _HIDDEN.sub(lambda found: reader.variables.get(found[1], found[0]), words[2]))
    alone = reader.single
    if alone is not None and alone[:1] == ["exec"] and len(alone) > 1:
        return tuple(alone[1:])
    return (*words[:2], " ".join(reader.tokens))


def is_shell(word: str) -> bool:
    """Whether a program is a shell."""
    return _SHELL.match(word) is not None


def alone(script: str) -> list[str] | None:
    """The words of the one command that ``script`` runs, if it fails exactly when that does; where output goes is no matter."""
    reader = _Reader(script, {})
    if not reader.read():
        return None
    words: list[str] = []
    tokens = reader.tokens[:-1] if reader.tokens[-1:] == [";"] else reader.tokens
    rest = iter(tokens)
    for one in rest:
        if one == "||":
            return words if words and list(rest) in _FAILURES else None
        if _REDIRECTION.fullmatch(one):
            if next(rest, "") != ("1" if one == "2>&" else "/dev/null"):
                return None
        elif (word := shlex.split(one)) and shlex.quote(word[0]) == one:
            words += word
        else:
            return None
    return words or None


def _assigned(script: str) -> set[str]:
    """The variables to which shell text itself gives values."""
    read = {name for names in _TAKES_NAMES.findall(script) for name in re.findall(r"[A-Za-z_]\w*", names)}
    return read.union(_ASSIGNMENT.findall(script))


class _Reader:
    """Reads shell text into tokens: operators, and words quoted anew."""

    def __init__(self, text: str, variables: Mapping[str, str]) -> None:
        self.text, self.variables = text, variables
        self.tokens: list[str] = []
        self.single: list[str] | None = []
        """The words, as long as there is nothing else: one command without anything that only the shell knows."""
        self.parts: list[tuple[bool, str]] | None = None
        """The word that is being read, as (literal, text) pairs."""

    def read(self) -> bool:
        """Whether the text could be read: no here-document, every quote closed."""
        index = 0
        while index < len(self.text):
            taken = self._one(index)
            if taken == 0:
                return False
            index += taken
        self._end()
        return True

    def _one(self, at: int) -> int:
        text, one = self.text, self.text[at]
        if one == "'":
            end = text.find("'", at + 1)
            return self._put(True, text[at + 1 : end], end + 1 - at) if end > 0 else 0
        if one == '"':
            return self._double(at)
        if one == "\\":
            return 2 if text[at + 1 : at + 2] == "\n" else self._put(True, text[at + 1 : at + 2], 2)
        if one in "$`":
            return self._expansion(at, is_quoted=False)
        if one in " \t":
            self._end()
            return 1
        if one == "#" and self.parts is None:
            return (text.find("\n", at) - at) if "\n" in text[at:] else len(text) - at
        if operator := _OPERATOR.match(text, at):
            is_number = self.parts is not None and operator[0][0].isdigit()
            return self._literal(at) if is_number else self._operator(operator[0])
        return self._literal(at)

    def _literal(self, at: int) -> int:
        found = _LITERAL.match(self.text, at)
        return self._put(True, found[0] if found else self.text[at], len(found[0]) if found else 1)

    def _operator(self, operator: str) -> int:
        if operator == "<" and self.text.count("<<"):
            return 0
        self._end()
        self.tokens.append(";" if operator == "\n" else operator)
        self.single = None
        return len(operator)

    def _double(self, at: int) -> int:
        index = at + 1
        self._put(True, "", 0)
        while index < len(self.text):
            one = self.text[index]
            if one == '"':
                return index + 1 - at
            if one == "\\":
                following = self.text[index + 1 : index + 2]
                escaped = following in '$`"\\' and following != ""
                index += self._put(True, following if escaped else "" if following == "\n" else f"\\{following}", 2)
            elif one in "$`":
                taken = self._expansion(index, is_quoted=True)
                if taken == 0:
                    return 0
                index += taken
            else:
                plain = _PLAIN_TEXT.match(self.text, index)
                index += self._put(True, plain[0] if plain else one, len(plain[0]) if plain else 1)
        return 0

    def _expansion(self, at: int, *, is_quoted: bool) -> int:
        known = _VARIABLE.match(self.text, at)
        if known is not None:
            value = self.variables.get(known[1] or known[2])
            if value is not None and (is_quoted or (value and not _SPLIT.search(value))):
                return self._put(True, value, len(known[0]))
        if self.text.startswith("$(", at):
            end = self._closing(at + 1)
            inner = self.text[at + 2 : end - 1]
            return self._live(f"$({_again(inner, self.variables)})", end - at, is_quoted) if end else 0
        live = _LIVE.match(self.text, at)
        if live is None:
            return self._put(True, self.text[at], 1)
        return self._live(live[0], len(live[0]), is_quoted)

    def _closing(self, at: int) -> int:
        """Behind the parenthesis that closes the one at ``at``; 0 if none does."""
        depth, quote, escaped = 0, "", -1
        for index in range(at, len(self.text)):
            one = self.text[index]
            if index == escaped:
                continue
            if one == "\\" and quote != "'":
                escaped = index + 1
            elif quote:
                quote = "" if one == quote else quote
            elif one in "'\"":
                quote = one
            elif one in "()":
                depth += 1 if one == "(" else -1
                if depth == 0:
                    return index + 1
        return 0

    def _live(self, text: str, length: int, is_quoted: bool) -> int:
        self.single = None
        return self._put(False, f'"{text}"' if is_quoted else text, length)

    def _put(self, is_literal: bool, text: str, length: int) -> int:
        if self.parts is None:
            self.parts = []
        if is_literal and self.parts and self.parts[-1][0]:
            self.parts[-1] = (True, self.parts[-1][1] + text)
        elif text or is_literal:
            self.parts.append((is_literal, text))
        return length

    def _end(self) -> None:
        if self.parts is None:
            return
        kept = [part for part in self.parts if part[1]] or [(True, "")]
        self.tokens.append("".join(shlex.quote(text) if is_literal else text for is_literal, text in kept))
        if self.single is not None:
            self.single.append("".join(text for _, text in kept))
        self.parts = None


def _again(script: str, variables: Mapping[str, str]) -> str:
    """Shell text inside shell text."""
    reader = _Reader(script, variables)
    return " ".join(reader.tokens) if reader.read() else script
