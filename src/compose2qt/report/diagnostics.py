"""Diagnostics for people: one line of place and problem, one of what to do. No source line is quoted: it may be secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Severity
from compose2qt.report.words import counted, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compose2qt.diagnostic import Diagnostic

COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
"""The ANSI colour of each severity."""


def render_diagnostics(diagnostics: Sequence[Diagnostic], relative: Callable[[str], str] = str, *, color: bool = False) -> str:
    """``file:line:column: severity: message [code]`` and a fix line for each, then their number; empty for none."""
    if not diagnostics:
        return ""
    lines = [line for diagnostic in diagnostics for line in _lines(diagnostic, relative, color)]
    numbers = {level: sum(d.severity is level for d in diagnostics) for level in reversed(Severity)}
    summary = ", ".join(counted(number, level.label) for level, number in numbers.items() if number)
    return "\n".join([*lines, summary, ""])


def _lines(diagnostic: Diagnostic, relative: Callable[[str], str], color: bool) -> list[str]:
    span = diagnostic.span
    place = f"{relative(span.file)}:{span.line}:{span.column}: " if span else ""
    label = diagnostic.severity.label
    shown = f"\x1b[1;{COLORS[diagnostic.severity]}m{label}\x1b[0m" if color else label
    lines = [f"{visible(place)}{shown}: {visible(diagnostic.message)} [{diagnostic.code}]"]
    return [*lines, f"  fix: {visible(diagnostic.fix)}"] if diagnostic.fix else lines
