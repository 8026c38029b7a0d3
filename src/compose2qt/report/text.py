"""A report for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.report.data import amounts
from compose2qt.report.diagnostics import COLORS
from compose2qt.report.summary import gap_rows, loss_rows, outcome_line, severity_line
from compose2qt.report.words import counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType
    from rich.table import Table

    from compose2qt.audit.finding import Finding
    from compose2qt.report.model import Report

_STYLES = {"31": "bold red", "33": "bold yellow", "36": "bold cyan"}


def render_text(report: Report, width: int = 100, *, color: bool = False) -> str:
    """``report`` as text at most ``width`` columns wide, with ANSI colours if asked."""
    console = _console(width, color)
    for part in _parts(report):
        console.print(part)
    output = console.file
    assert isinstance(output, io.StringIO)  # noqa: S101 - the console was made with one
    return "".join(line.rstrip() + "\n" for line in output.getvalue().splitlines())


def _console(width: int, color: bool) -> Console:
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import and only this renderer needs it

    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},  # the environment must not change what a report says
    )


class _Column(NamedTuple):
    title: str
    numeric: bool = False


def _table(columns: Iterable[_Column], rows: Iterable[Iterable[str]], last_is_total: bool = False) -> Table:
    from rich import box  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column.title, justify="right" if column.numeric else "left", overflow="fold")
    listed = [[visible(cell) for cell in row] for row in rows]
    for number, row in enumerate(listed, 1):
        is_total = last_is_total and number == len(listed)
        table.add_row(*row, style="bold" if is_total else "", end_section=last_is_total and number == len(listed) - 1)
    return table


def _heading(text: str) -> RenderableType:
    from rich.text import Text  # noqa: PLC0415 - as above

    return Text(f"\n{visible(text)}\n", style="bold")


def _parts(report: Report) -> Iterator[RenderableType]:
    yield _heading(report.title)
    yield from _budget(report)
    yield from _claims(report)
    yield from _gaps(report)
    yield _heading(f"Audit: {severity_line(report)}")
    for finding in report.findings:
        yield _finding(report, finding)
    yield from _ledger(report)


_BUDGET = (
    _Column("workload"), _Column("pods", True), _Column("CPU request", True), _Column("limit", True),
    _Column("memory request", True), _Column("limit", True),
)  # fmt: skip
_STORAGE = (_Column("claim"), _Column("count", True), _Column("size", True), _Column("access"), _Column("class"))
_CLAIMS = (_Column("stated number"), _Column("stated", True), _Column("computed", True), _Column(""))


def _budget(report: Report) -> Iterator[RenderableType]:
    budget = report.budget
    rows = [(w.object, str(w.pods), *_pair(w.requests, w.limits)) for w in budget.workloads]
    rows.append(("total", str(budget.pods), *_pair(budget.requests, budget.limits)))
    yield _heading("Resource budget")
    yield _table(_BUDGET, rows, last_is_total=True)
