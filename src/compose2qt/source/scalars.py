"""What a plain (unquoted) YAML scalar means: to Docker Compose and to a Kubernetes API server."""

from __future__ import annotations

import datetime
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.source.node import Value

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
# YAML 1.1 words that the decoder of kubectl and of the API server still takes for booleans.
_OLD_WORDS: dict[str, Value] = {
    **{form: True for word in ("y", "yes", "on") for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in ("n", "no", "off") for form in (word, word.capitalize(), word.upper())},
}
_MAYBE_NUMBER = frozenset("0123456789+-.")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_RADIX = re.compile(r"[-+]?0([xX][0-9a-fA-F]+|[bB][01]+|[oO]?[0-7]+)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](?=.*(?:Z|[+-]\d\d:\d\d)\Z)| )(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?"
    r"(Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_INT64 = range(-(2**63), 2**64)
_BASES = {"x": 16, "b": 2, "o": 8}


def _integer(text: str) -> int | None:
    """The integer that Go's ``strconv.ParseInt(text, 0, 64)`` reads, underscores removed; else None."""
    digits = text.replace("_", "")
    if _DECIMAL.fullmatch(digits):
        # Python refuses to convert thousands of digits; such a number is out of range anyway.
        number = int(digits) if len(digits) <= 20 else _INT64.stop
    elif _RADIX.fullmatch(digits) and len(digits) <= 70:
        sign, body = (digits[0], digits[1:]) if digits[0] in "+-" else ("", digits)
        base = _BASES.get(body[1].lower(), 8)
        number = int(sign + (body[2:] if body[1].lower() in _BASES else body), base)
    else:
        return None
    return number if number in _INT64 else None


def _timestamp(text: str) -> datetime.datetime | None:
    """A date (``2001-12-14``), or a time with ``T`` and a zone or with a blank and none; else None."""
    match = _DATE.fullmatch(text)
    if match is None or (" " in text and match[8]):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction = int((match[7] or "").ljust(6, "0")[:6])
    zone = datetime.UTC
    if match[8] and match[8] != "Z":
        away = datetime.timedelta(hours=int(match[8][1:3]), minutes=int(match[8][4:]))
        zone = datetime.timezone(-away if match[8].startswith("-") else away)
    try:
        return datetime.datetime(year, month, day, hour, minute, second, fraction, zone)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def compose_scalar(text: str) -> Value:
    """The value of a plain scalar as Docker Compose (go-yaml v4) resolves it.

    Booleans are only the forms of true and false; ``017`` is 15, ``08`` is 8.0, ``1e3`` is a float and ``22:22``
    a string. Source: compose-loader reference, section 2.1.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAYBE_NUMBER:
        return text
    if (moment := _timestamp(text)) is not None:
        return moment
    if text != "-0" and (number := _integer(text)) is not None:
        return number
    digits = text.replace("_", "")
    fraction = float(digits) if _FLOAT.fullmatch(digits) else math.inf
    return text if math.isinf(fraction) else fraction


@lru_cache(maxsize=4096)
def kubernetes_scalar(text: str) -> Value:
    """The value of a plain scalar as kubectl and the API server read it: YAML 1.1 booleans count, dates do not."""
    if text in _OLD_WORDS:
        return _OLD_WORDS[text]
    value = compose_scalar(text)
    return text if isinstance(value, datetime.datetime) else value
