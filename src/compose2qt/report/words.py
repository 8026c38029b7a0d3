"""Text that is safe to show: input can hold control characters and markup."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~#@&!])")

_CALLS = re.compile(r"(\\[@#]|\bGH-)(?=\w)", re.IGNORECASE)


def visible(text: str) -> str:
    """``text`` on one line, without characters that a terminal would obey or that reorder what is read."""
    return _CONTROL.sub(lambda match: "\N{REPLACEMENT CHARACTER}" if match[0] not in "\t\n\r" else " ", text)


def escaped(text: str) -> str:
    """``text`` on one line for Markdown, with no character that forms markup, mentions or table cells.

    GitHub looks for mentions and numbers of issues when the backslashes are gone: a comment that nobody sees parts them.
    """
    return _CALLS.sub(r"\1<!-- -->", _MARKUP.sub(r"\\\1", visible(text)))


def code(text: str) -> str:
    """``text`` as a Markdown code span that no backtick or table bar inside can end."""
    shown = visible(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown else ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 error``, ``2 errors``; ``info`` and the like have no plural of their own."""
    if noun == "info":
        return f"{number:,} info"
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
