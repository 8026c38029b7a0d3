"""Durations and byte sizes as Compose writes them."""

from __future__ import annotations

import re
from decimal import Decimal

# str2duration: every number has a unit; a day has 24 hours, a week 7 days.
_SECONDS = {
    "ns": Decimal("1e-9"), "us": Decimal("1e-6"), "µs": Decimal("1e-6"), "ms": Decimal("1e-3"),
    "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600), "d": Decimal(86400), "w": Decimal(604800),
}  # fmt: skip
_PART = re.compile(r"(\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(ns|us|µs|ms|s|m|h|d|w)")
_DIGITS = r"\d(?:_?\d){0,39}"
_NUMBER = rf"[-+]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+]?\d{{1,3}})?"
"""A number in text, as Go reads one."""
_WHOLE = re.compile(r"[-+]?\d{1,40}", re.ASCII)
_FRACTION = re.compile(_NUMBER, re.ASCII)
_SIZE = re.compile(rf"({_NUMBER}) ?(?:([kmgtp])(?:i?b)?|b)?", re.IGNORECASE | re.ASCII)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def seconds(text: str) -> Decimal:
    """The duration ``text`` (``1m30s``, ``1.5h``) in seconds; ``ValueError`` if it is not one."""
    if text == "0":
        return Decimal(0)
    total, position = Decimal(0), 0
    for match in _PART.finditer(text):
        if match.start() != position:
            break
        total += Decimal(match[1]) * _SECONDS[match[2]]
        position = match.end()
    if not text or position != len(text):
        raise ValueError(f"{text[:40]!r} is not a duration such as 1m30s")
    return total


def byte_count(value: str | int | float) -> int:
    """The size ``value`` in bytes: ``512m`` and ``512mib`` are both 512 x 1024 x 1024; ``ValueError`` if it is not one."""
    if isinstance(value, bool):
        raise ValueError("a truth value is not a size")
    if isinstance(value, int):
        return value
    text = str(value)
    if _WHOLE.fullmatch(text):
        return int(text)
    match = _SIZE.fullmatch(text)
    if match is None or match[1].startswith("-"):
        raise ValueError(f"{text[:40]!r} is not a size such as 512m")
    return int(decimal(match[1]) * 1024 ** (_POWERS[match[2].lower()] if match[2] else 0))


def decimal(text: str) -> Decimal:
    """The number that ``text`` is to Go: with ``_`` between digits, without blanks; ``ValueError`` if it is none."""
    if not _FRACTION.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a number")
    return Decimal(text.replace("_", ""))
