"""Bytes of a file as text, or a diagnostic that says where they are not text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from compose2qt.diagnostic import InputError
from compose2qt.source.span import Span

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 128 * 1024 * 1024
"""The largest source file that is read: far above any real one, far below what would exhaust memory."""


def read_text(path: Path, shown: str) -> str:
    """The text of the regular file ``path``, called ``shown`` in messages; ``InputError`` if it cannot be read."""
    start = Span(shown, 1, 1)
    try:
        if path.is_dir():
            raise InputError.of("file-is-folder", f"{shown} is a folder, not a file", start, "name a file inside it")
        if not path.exists():
            raise InputError.of("file-missing", f"{shown} does not exist", start, "check the name and the folder")
        if not path.is_file():
            raise InputError.of("file-special", f"{shown} is not a regular file", start, "name a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise InputError.of("file-too-large", f"{shown} is larger than {MAX_BYTES >> 20} MiB", start, "split it")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise InputError.of("file-unreadable", f"{shown} cannot be read: {why}", start, "check its permissions") from None
    return decode(data, shown)


def decode(data: bytes, shown: str) -> str:
    """``data`` as UTF-8 text without NUL characters; ``InputError`` names the first byte that is not."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        head = data[: error.start].decode("utf-8", "replace")
        span = place(head, len(head), shown)
        raise InputError.of(
            "not-utf8", f"{shown} is not UTF-8 text: byte 0x{data[error.start]:02x}", span, "save the file as UTF-8"
        ) from None
    if (index := text.find("\0")) >= 0:
        raise InputError.of("nul-character", "a NUL character stands in the text", place(text, index, shown), "remove it")
    return text


def place(text: str, index: int, shown: str) -> Span:
    """The span of the character at ``index`` of ``text``."""
    before = text[:index]
    return Span(shown, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)
