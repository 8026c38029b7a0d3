"""Scalars as the reference prints them: Go's ``fmt.Sprint``, durations and shell words."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.source import Value

_EXPONENT = 6
"""From this power of ten on, Go's ``%v`` writes an exponent."""


def text(value: Value) -> str:
    """``value`` as Go's ``fmt.Sprint`` writes it (reference, traps 1 and 2)."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        moment = value.astimezone(datetime.UTC)
        fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
        return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"
    return _float(value) if isinstance(value, float) else str(value)


def _float(value: float) -> str:
    """Go's ``%v``: the shortest digits that read back, with an exponent below 1e-4 and from 1e6 on."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if math.isnan(value):
        return "NaN"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - finite numbers have one
    power = len(digits) + exponent - 1
    mark = "-" if sign else ""
    figures = "".join(map(str, digits))
    if power < -4 or power >= _EXPONENT:
        mantissa = figures[0] + (f".{figures[1:]}" if len(figures) > 1 else "")
        return f"{mark}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return f"{mark}{Decimal(repr(abs(value))).normalize():f}"


def go_duration(seconds: Decimal) -> str:
    """A duration as Go prints it: ``1m30s``, ``1.5s``, ``24h0m0s``, ``500ms``."""
    nanoseconds = int(seconds * 10**9)
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < 10**9:
        for unit, size in (("ms", 10**6), ("µs", 10**3), ("ns", 1)):
            if nanoseconds >= size:
                return f"{_trimmed(Decimal(nanoseconds) / size)}{unit}"
    minutes, rest = divmod(nanoseconds, 60 * 10**9)
    hours, minutes_left = divmod(minutes, 60)
    tail = f"{_trimmed(Decimal(rest) / 10**9)}s"
    if hours:
        return f"{hours}h{minutes_left}m{tail}"
    return f"{minutes}m{tail}" if minutes else tail


def _trimmed(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


_STOPS = frozenset(";&|<>")


def shell_words(line: str) -> list[str]:
    """The words of a command given as one string; like the reference it stops at an unquoted ``; & | < >``."""
    words: list[str] = []
    current: list[str] = []
    quote, started, index = "", False, 0
    while index < len(line):
        character = line[index]
        if character == "\\" and quote != "'" and index + 1 < len(line):
            current.append(line[index + 1])
            started, index = True, index + 1
        elif quote:
            if character == quote:
                quote = ""
            else:
                current.append(character)
        elif character in "'\"":
            quote, started = character, True
        elif character in " \t\r\n":
            if started:
                words.append("".join(current))
                current, started = [], False
        elif character in _STOPS:
            break
        else:
            current.append(character)
            started = True
        index += 1
    if quote:
        raise ValueError("a quote is not closed")
    return [*words, "".join(current)] if started else words
