"""The names of time zones in the IANA database (2025): ``zones.txt`` lists them by region."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("zones.txt")


@cache
def zones() -> frozenset[str]:
    """Every name: ``Europe/Oslo``, ``Etc/UTC``, ``UTC``."""
    lines = (line.split() for line in FILE.read_text(encoding="utf-8").splitlines())
    return frozenset(f"{region}{name}".removeprefix("/") for region, *names in lines for name in names)
