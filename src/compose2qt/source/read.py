"""Bytes of a file as text, or a diagnostic that says where they are not text."""

from __future__ import annotations

import os
import select
import stat
from typing import TYPE_CHECKING

from compose2qt.diagnostic import InputError
from compose2qt.source.span import Span

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

MAX_BYTES = 128 * 1024 * 1024
"""The largest source file that is read: far above any real one, far below what would exhaust memory."""


PATIENCE = 60
"""Seconds for which a pipe may stay silent."""


def read_text(path: Path, shown: str) -> str:
    """The text of the file ``path``, called ``shown`` in messages; ``InputError`` if it cannot be read.

    A pipe is read as Compose reads it (``-f <(command)``), and ``/dev/null`` is an empty file; other devices are refused.
    """
    start = Span(shown, 1, 1)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError.of("file-is-folder", f"{shown} is a folder, not a file", start, "name a file inside it")
        data = _content(path, mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # no name of a file holds a NUL
        raise InputError.of("file-missing", f"{shown} does not exist", start, "check the name and the folder") from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise InputError.of("file-unreadable", f"{shown} cannot be read: {why}", start, "check its permissions") from None
    if data is None:
        raise InputError.of(
            "file-special", f"{shown} is neither a regular file nor a filled pipe", start, "name a regular file"
        )
    return _decoded(data, shown)


def read_stream(stream: TextIO | None, shown: str) -> str:
    """The text of the bytes in ``stream``, with the same limits as a file; it is None where the process has it closed."""
    if stream is None:
        raise InputError.of("file-missing", f"{shown} is closed", Span(shown, 1, 1), "give the file, or a pipe")
    return _decoded(stream.buffer.read(MAX_BYTES + 1), shown)


def _decoded(data: bytes, shown: str) -> str:
    if len(data) > MAX_BYTES:
        message = f"{shown} is larger than {MAX_BYTES >> 20} MiB"
        raise InputError.of("file-too-large", message, Span(shown, 1, 1), "split it")
    return decode(data, shown)


def _content(path: Path, mode: int) -> bytes | None:
    """What is in the file, at most one byte more than allowed; None if it is a device, or a pipe that nobody fills."""
    if stat.S_ISREG(mode):
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    if stat.S_ISFIFO(mode):
        return _piped(path) or None
    return b"" if path.samefile(os.devnull) else None


def _piped(path: Path) -> bytes:
    """What comes out of a pipe, without waiting for somebody to open it: there may be nobody."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    found = bytearray()
    try:
        while len(found) <= MAX_BYTES:
            try:
                chunk = os.read(descriptor, 1 << 16)
            except BlockingIOError:  # somebody has it open, and has said nothing yet
                chunk = os.read(descriptor, 1 << 16) if select.select([descriptor], [], [], PATIENCE)[0] else b""
            if not chunk:
                break
            found += chunk
    finally:
        os.close(descriptor)
    return bytes(found)


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
