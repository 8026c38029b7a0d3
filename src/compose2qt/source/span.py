"""Places in source text."""

from __future__ import annotations

from msgspec import Struct

Path = tuple[str | int, ...]
"""Where a node stands in a document: mapping keys and list indexes, never a dotted string."""


class Span(Struct, frozen=True, order=True, gc=False):
    """A place in a source file: ``line`` and ``column`` count from 1.

    ``file`` is what a person can open: relative to the working directory, as it was given.
    A leaf of a source document is identified by its span.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def pointer(path: Path) -> str:
    """``path`` as a JSON Pointer (RFC 6901): ``("a/b", 0)`` is ``/a~1b/0``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
