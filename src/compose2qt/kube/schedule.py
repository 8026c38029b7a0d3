"""Cron schedules as the CronJob controller reads them. Source: ``robfig/cron`` v3, the standard parser."""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_MACROS = frozenset("@yearly @annually @monthly @weekly @daily @midnight @hourly".split())
_EVERY = re.compile(r"@every (\d+(\.\d+)?(ns|us|ms|s|m|h))+\Z")


class Field(NamedTuple):
    """A field of a schedule: its name, its bounds, and the words that stand for its numbers."""

    name: str
    low: int
    high: int
    words: dict[str, int]


FIELDS = (
    Field("minute", 0, 59, {}),
    Field("hour", 0, 23, {}),
    Field("day of month", 1, 31, {}),
    Field("month", 1, 12, {word: index + 1 for index, word in enumerate(_MONTHS)}),
    Field("day of week", 0, 6, {word: index for index, word in enumerate(_DAYS)}),
)


def mistake(schedule: str) -> str:
    """What is wrong with ``schedule``; empty if nothing is."""
    if len(schedule) > 500:
        return "it is too long"
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        return "a time zone stands in timeZone"
    if schedule.startswith("@"):
        return "" if schedule in _MACROS or _EVERY.match(schedule) else "there is no such macro"
    parts = schedule.split()
    if len(parts) != len(FIELDS):
        return f"it has {len(parts)} fields, not 5"
    for field, part in zip(FIELDS, parts, strict=True):
        if not all(_accepts(field, piece) for piece in part.split(",")):
            return f"the {field.name} is wrong"
    return ""


def plain_sundays(schedule: str) -> str:
    """``schedule`` with Sundays as 0: cron calls them 7, too, which the controller refuses."""
    *parts, days = schedule.split(" ")
    if len(parts) != len(FIELDS) - 1:
        return schedule
    return " ".join(
        [*parts, re.sub(r"(?<![\d/])(?:(\d)-)?7(?![\d/])", lambda found: f"{found[1]}-6,0" if found[1] else "0", days)]
    )


def _accepts(field: Field, part: str) -> bool:
    """Whether ``field`` allows a part of its list: ``*``, a number or a range, each with an optional step."""
    span, slash, step = part.partition("/")
    if slash and (not step.isdecimal() or len(step) > 6 or int(step) == 0):
        return False
    if span in {"*", "?"}:
        return True
    first, dash, last = span.partition("-")
    low = _number(field, first)
    high = _number(field, last) if dash else low
    return low is not None and high is not None and field.low <= low <= high <= field.high


def _number(field: Field, word: str) -> int | None:
    if word.lower() in field.words:
        return field.words[word.lower()]
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= 6 else None
