"""What goes where: machine output to stdout, everything for people to stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.diagnostic import InputError, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.diagnostic import Diagnostic

_quiet = False


def be_quiet(quiet: bool) -> None:
    """Say only errors from now on (``-q``)."""
    global _quiet  # noqa: PLW0603 - a setting of the process, like the streams themselves
    _quiet = quiet


def say(text: str | Callable[[], str]) -> None:
    """Tell a person something; what must be worked out first only if it will be heard."""
    if not _quiet:
        print(text if isinstance(text, str) else text(), file=sys.stderr)


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Tell a person what is wrong, where, and what to do; with ``-q`` only errors.

    Errors stand each on a line of its own, which editors read; of warnings that are alike one is told, with all places.
    """
    alike: dict[object, list[Diagnostic]] = {}
    for one in diagnostics:
        is_error = one.severity is Severity.ERROR
        if is_error or not _quiet:
            alike.setdefault(one if is_error else (one.code, one.message, one.fix), []).append(one)
    for first, *others in alike.values():
        print(first, file=sys.stderr)
        if places := [str(one.span) for one in others if one.span]:
            print(f"  also at {', '.join(places)}", file=sys.stderr)


def deliver(text: str, output: str | None) -> None:
    """Write machine output to the file ``output``, or to stdout."""
    if output is None or output == "-":
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        return
    path = Path(output)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError.of(
            "output-unwritable", f"{output} cannot be written: {error.strerror}", fix="choose another file"
        ) from None
