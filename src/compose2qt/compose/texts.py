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
        fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
        zone = f"{value:%z} {value:%z}" if value.utcoffset() else "+0000 UTC"
        return f"{value:%Y-%m-%d %H:%M:%S}{fraction} {zone}"
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


_QUOTES = "'\""
_ESCAPED = {"n": "\n", "t": "\t"}
_CLOSES = {"'": "'", '"': '"', "`": "`", "(": ")"}


def shell_words(line: str) -> list[str]:
    """The words of a command given as one string; like the reference it stops at an unquoted ``; & | < >``.

    What stands in backticks or ``$(`` ``)`` is one piece, and stays as it is written; other parentheses are refused.
    """
    words: list[str] = []
    current, within = "", ""
    started, escaped = False, False
    for character in line:
        if escaped:
            current += f"\\{character}" if within in ("`", "(") else _ESCAPED.get(character, character)
            started, escaped = True, False
        elif character == "\\" and within != "'":
            escaped = True
        elif within and character != _CLOSES[within] and (within, character) != ("(", "("):
            current += character
        elif character in _QUOTES:
            within, started = "" if within else character, True
        elif not within and character in " \t\r\n":
            words += [current] if started else []
            current, started = "", False
        elif not within and character in _STOPS:
            # The number before > is that of a stream.
            started = started and not (character == ">" and current[:1].isdecimal())
            break
        else:
            within = "" if within and character != "(" else _opened(character, "" if within else current)
            current += character
            started = True
    if within or escaped:
        raise ValueError("a quote is not closed, or a backslash stands at the end")
    return [*words, current] if started else words


def _opened(character: str, before: str) -> str:
    """What ``character`` opens, if anything, behind the part ``before`` of its word."""
    if character == ")" or (character == "(" and not before.endswith("$")):
        raise ValueError("a parenthesis stands outside quotes")
    return character if character in _CLOSES else ""
