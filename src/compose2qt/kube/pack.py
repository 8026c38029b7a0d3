"""The schema pack: the types of the built-in APIs of every supported version, read once when first needed.

``scripts/make_schema_pack.py`` makes it and says what its form means.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Type: TypeAlias = "str | list[str | Type] | dict[str, Type]"

FILE = Path(__file__).with_name("schemas.json.zlib")


class Pack(NamedTuple):
    """Rows of [first version, last version, value] by name, for kinds (``apps/v1/Deployment``) and for types."""

    versions: list[str]
    kinds: dict[str, list[list[Any]]]
    types: dict[str, list[list[Any]]]

    def row(self, minor: int) -> int:
        """The row index of 1.``minor``; the nearest for a version outside of the pack."""
        first = _minor(self.versions[0])
        return min(max(minor - first, 0), len(self.versions) - 1)

    def minor(self, row: int) -> int:
        """The minor version of a row index."""
        return _minor(self.versions[row])


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


@cache
def pack() -> Pack:
    """The pack, decompressed."""
    return Pack(**json.loads(zlib.decompress(FILE.read_bytes())))


def valid_at(rows: Iterable[list[Any]], index: int) -> Any:
    """The value that a name has at ``index``; None where that version does not have it."""
    return next((value for first, last, value in rows if first <= index <= last), None)
