"""Health checks as Docker runs them. Source: Dockerfile reference, HEALTHCHECK; moby ``daemon/health.go``."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from compose2qt.compose.units import seconds
from compose2qt.verify.check import canonical_check, effective_timeout
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.docker.process import given
from compose2qt.verify.reading import find, is_true, number, place, text, texts
from compose2qt.verify.shell import settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from compose2qt.source import Mapping, Node

CONSEQUENCE = "it is marked unhealthy, and goes on as before"
_OWN_NAME = r"(?:(?<=//)|(?<=-h )|(?<=-z )|(?<=--host[ =])){0}(?=[:/\s'\"]|\Z)|(?<![\w./@:-]){0}(?=:\d)|(?<=\s){0}(?=\s\d)"
_DEFAULTS = {"interval": 30, "timeout": 30, "retries": 3}


def check_of(node: Mapping) -> tuple[str, ...] | None:
    """The command that decides about health; None if Compose states none."""
    test = texts(node, "healthcheck", "test")
    if is_true(node, "healthcheck", "disable") or len(test) < 2:
        return None
    if test[0] == "CMD-SHELL":
        return ("/bin/sh", "-c", *test[1:])
    return test[1:] if test[0] == "CMD" else None


def health(node: Mapping, names: Iterable[str]) -> Iterator[Fact]:
    """What is checked, how often, after how many failures it counts, with what consequence.

    ``names`` are the container's own: a check that asks for one of them asks itself.
    """
    command = check_of(node)
    if command is None:
        return
    for name in (name for name in names if any(name.lower() in word.lower() for word in command)):
        own = re.compile(_OWN_NAME.format(re.escape(name)), re.IGNORECASE)
        is_scan = command[0] in ("nc", "ncat", "netcat")
        command = tuple("localhost" if is_scan and word == name else own.sub("localhost", word) for word in command)
    command = settled(command, given(node))
    check = find(node, "healthcheck")
    yield Fact(Aspect.HEALTH, "check", canonical_check(command), place(check, "test"))
    yield Fact(Aspect.HEALTH, "interval", f"{_whole(check, 'interval')}s", place(check, "interval"))
    limit = effective_timeout(command, _whole(check, "timeout"))
    yield Fact(Aspect.HEALTH, "timeout", f"{limit}s", place(check, "timeout"))
    yield Fact(Aspect.HEALTH, "failures", str(number(check, "retries") or _DEFAULTS["retries"]), place(check, "retries"))
    if period := _seconds(text(check, "start_period")):
        yield Fact(Aspect.HEALTH, "start period", f"{math.ceil(period)}s", place(check, "start_period"))
    yield Fact(Aspect.HEALTH, "consequence", CONSEQUENCE, place(check))


def _whole(check: Node | None, key: str) -> int:
    """Seconds, rounded up: Kubernetes knows no fractions. Zero means Docker's default."""
    return math.ceil(_seconds(text(check, key))) or _DEFAULTS[key]


def _seconds(written: str) -> Decimal:
    try:
        return seconds(written or "0")
    except ValueError:
        return seconds("0")
