"""Known secret values, found wherever they stand (law 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST = 6
"""Shorter values stand in too many places by chance."""
_ORDINARY = re.compile(r"[a-z]{1,11}\Z|[\d.]{1,9}\Z|true\Z|false\Z|/[\w./-]*\Z", re.IGNORECASE)
"""Values that say nothing by themselves: a word such as ``postgres``, a number, a path."""


class KnownSecrets:
    """A set of secret values that finds them in texts, in one pass over a text however many they are."""

    __slots__ = ("_known", "_lengths", "values")

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = tuple(sorted({value for value in values if is_telling(value)}, key=lambda one: (-len(one), one)))
        self._known = frozenset(self.values)
        self._lengths: dict[str, dict[int, None]] = {}
        """By the beginning of values: their lengths, the longest first."""
        for value in self.values:
            self._lengths.setdefault(value[:_SHORTEST], {})[len(value)] = None

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in ``text``, the longest at each place."""
        found: list[tuple[int, int]] = []
        lengths, end = self._lengths, 0
        last = len(text) - _SHORTEST if lengths else -1
        # Almost no text holds a beginning: what is done at each character is all that counts.
        for start in [index for index in range(last + 1) if text[index : index + _SHORTEST] in lengths]:
            candidates = lengths[text[start : start + _SHORTEST]] if start >= end else ()
            value = next((one for length in candidates if (one := text[start : start + length]) in self._known), "")
            if value:
                end = start + len(value)
                found.append((start, end))
        return found

    def has(self, text: str) -> bool:
        """Whether a secret stands in ``text``."""
        return bool(self.places(text))

    def redacted(self, text: str) -> str:
        """``text`` with stars for each secret."""
        for start, end in reversed(self.places(text)):
            text = f"{text[:start]}***{text[end:]}"
        return text


def is_telling(value: str) -> bool:
    """Whether ``value`` can be recognised wherever it stands: it is long enough, and no word, number or path."""
    return len(value) >= _SHORTEST and _ORDINARY.match(value) is None and "\n" not in value
