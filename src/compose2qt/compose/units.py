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
_SIZE = re.compile(r"(\d{1,30}(?:\.\d{0,30})?) ?([kmgtp]?)(?:i?b)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


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
    match = _SIZE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{str(value)[:40]!r} is not a size such as 512m")
    return int(Decimal(match[1]) * 1024 ** _POWERS[match[2].lower()])
