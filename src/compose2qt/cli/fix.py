"""``compose2qt report --fix``: the edit of the mapping spec that repairs what can be repaired, shown or made."""

from __future__ import annotations

import difflib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.cli.streams import deliver, say
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from compose2qt.api import Options
    from compose2qt.audit import Finding
    from compose2qt.repair import Repair

_BYTE_ORDER_MARK = "\ufeff"
"""What editors of Windows write first: it is no part of the text, and stays."""


def mend(options: Options, today: date | None, rules: list[str], *, apply: bool) -> int:
    """Print the edit as a unified diff; with ``apply``, make it."""
    from compose2qt import api

    _check(rules)
    path = api.mapping_file(options)
    made = api.repair(options, today, frozenset(rules))
    if made.new != made.old:
        deliver(_difference(made, path), None)
        if apply:
            _rewrite(Path(path), made)
    say(_told(made, path, applied=apply))
    return 0


def _check(rules: Iterable[str]) -> None:
    from compose2qt.audit import RULES

    known = [word for rule in RULES for word in (rule.code, rule.name)]
    for word in rules:
        if word not in known:
            raise InputError.of("unknown-rule", f"--rule {word}: there is no such rule", fix=nearest(word, known))


def _difference(made: Repair, path: str) -> str:
    old, new = (text.splitlines(keepends=True) for text in (made.old, made.new))
    lines = difflib.unified_diff(old, new, path if made.old else os.devnull, path)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _told(made: Repair, path: str, *, applied: bool) -> str:
    if not made.repaired:
        return f"nothing can be repaired in {path} without a decision{_left(made)}"
    done = "repaired" if applied else "can be repaired (--apply does it)"
    return f"{path}: {_counted(made.repaired)} {done}{_left(made)}"


def _left(made: Repair) -> str:
    return f"; left to you, for the edit would not help or break something else: {_counted(made.left)}" if made.left else ""


def _counted(findings: Iterable[Finding]) -> str:
    counts: dict[str, int] = {}
    for finding in findings:
        counts[f"{finding.code} {finding.name}"] = counts.get(f"{finding.code} {finding.name}", 0) + 1
    return ", ".join(f"{number} × {name}" for name, number in counts.items())  # noqa: RUF001 - the sign that people read


def _rewrite(path: Path, made: Repair) -> None:
    """Put the new text in the place of the old one, all at once; a file that has changed meanwhile is left alone."""
    target = path.resolve()
    try:
        present = target.read_bytes().decode() if target.exists() else ""
        mark = _BYTE_ORDER_MARK if present.startswith(_BYTE_ORDER_MARK) else ""
        if present.removeprefix(mark) != made.old:
            raise InputError.of("mapping-changed", f"{path} has changed meanwhile", fix="run it again")
        handle, staged = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(mark + made.new)
        Path(staged).chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
        Path(staged).replace(target)
    except OSError as error:
        raise InputError.of(
            "mapping-unwritable", f"{path} cannot be written: {error.strerror}", fix="check its permissions"
        ) from None
