"""The few forms of Markdown that the guide is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that are empty in every row are left out. Empty text if there are no rows."""
    body = [[_cell(text) for text in row] for row in rows]
    kept = [column for column in range(len(head)) if any(row[column] for row in body)]
    lines = [[head[column] for column in kept], ["---"] * len(kept), *([row[column] for column in kept] for row in body)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if body else ""


def bash(*lines: str) -> str:
    """A block of shell commands."""
    return "\n".join(("```bash", *lines, "```"))


def bullets(items: Iterable[str]) -> str:
    """A list; empty text if there are no items."""
    return "\n".join(f"- {' '.join(item.split())}" for item in items)


def code(text: str) -> str:
    """``text`` as code, whatever is in it."""
    flat = " ".join(text.split())
    return f"`` {flat} ``" if "`" in flat else f"`{flat}`"


def codes(texts: Iterable[str]) -> str:
    """Several pieces of code."""
    return ", ".join(code(text) for text in texts)


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 pod``, ``2 pods``."""
    many = plural or (f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s")
    return f"{number} {noun if number == 1 else many}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
