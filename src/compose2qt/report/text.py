"""A report for a terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.report.bounds import (
    CEILINGS,
    NAMESPACES,
    QUOTAS,
    ceiling_rows,
    ceiling_title,
    namespace_rows,
    object_line,
    quota_rows,
)
from compose2qt.report.data import amounts
from compose2qt.report.diagnostics import COLORS
from compose2qt.report.summary import (
    by_rule,
    decision_rows,
    fit_lines,
    gap_rows,
    limited,
    loss_rows,
    outcome_line,
    places,
    severity_line,
    state_lines,
    verdict,
)
from compose2qt.report.words import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType
    from rich.table import Table

    from compose2qt.audit.finding import Finding
    from compose2qt.budget import Amounts
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

    return Text(f"\n{visible(text)}", style="bold")


def _parts(report: Report) -> Iterator[RenderableType]:
    yield _heading(report.title)
    yield from _budget(report)
    yield from _bounds(report)
    yield from _claims(report)
    yield from _gaps(report)
    yield _heading(f"Audit: {severity_line(report)}")
    for findings in by_rule(report):
        yield from _rule(report, findings)
    yield from _ledger(report)


_BUDGET = (
    _Column("workload"), _Column("pods", True), _Column("CPU request", True), _Column("limit", True),
    _Column("memory request", True), _Column("limit", True),
)  # fmt: skip
_STORAGE = (_Column("claim"), _Column("count", True), _Column("size", True), _Column("access"), _Column("class"))
_CLAIMS = (_Column("stated number"), _Column("stated", True), _Column("computed", True), _Column(""))
_GAPS = (_Column("object"), _Column("container or claim"), _Column("not known"), _Column("why"))
_CEILINGS = tuple(_Column(name, name in ("allowed", "asked for")) for name in CEILINGS[:-1])
_QUOTAS = tuple(_Column(name, name in ("allowed", "asked for")) for name in QUOTAS[:-1])
_NAMESPACES = tuple(_Column(name, name not in ("namespace", "objects")) for name in NAMESPACES)
_DECISIONS = (_Column("decision"), _Column("about"), _Column("lines", True), _Column("first at"))
_LOSSES = (_Column("loss"), _Column("service"), _Column("lines", True), _Column("first at"), _Column("why and what to do"))


def _budget(report: Report) -> Iterator[RenderableType]:
    budget = report.budget
    rows = [(w.object, str(w.pods), *_pair(w.requests, w.limits)) for w in budget.workloads]
    rows.append(("total", str(budget.pods), *_pair(budget.requests, budget.limits)))
    yield _heading("Resource budget")
    yield _table(_BUDGET, rows, last_is_total=True)
    for line in (*state_lines(report), *fit_lines(report)):
        yield _line(line)
    if budget.counts:
        yield _line(f"Objects: {object_line(report)}")
    if spaces := namespace_rows(report):
        yield _heading("By namespace")
        yield _table(_NAMESPACES, spaces)
    if budget.volumes:
        claims = [
            (v.name, str(v.count), v.size.within("Gi"), ", ".join(v.access_modes), v.storage_class or "cluster default")
            for v in budget.volumes
        ]
        total = ("total", str(sum(v.count for v in budget.volumes)), budget.storage.within("Gi"), "", "")
        yield _heading("Storage")
        yield _table(_STORAGE, [*claims, total], last_is_total=True)


def _pair(requests: Amounts, limits: Amounts) -> tuple[str, str, str, str]:
    """CPU request and limit, memory request and limit."""
    asked, allowed = amounts(requests), limited(limits)
    return asked["cpu"], allowed["cpu"], asked["memory"], allowed["memory"]


def _bounds(report: Report) -> Iterator[RenderableType]:
    """The budget of the mapping and the quotas of the tree; the arithmetic of what is over them stands with the findings."""
    if rows := ceiling_rows(report):
        yield _heading(ceiling_title(report))
        yield _table(_CEILINGS, [row[:-1] for row in rows])
    if rows := quota_rows(report):
        yield _heading("Quotas of the tree")
        yield _table(_QUOTAS, [row[:-1] for row in rows])


def _claims(report: Report) -> Iterator[RenderableType]:
    claims = report.budget.claims
    if not claims:
        return
    wrong = report.budget.wrong_claims
    yield _heading(f"Stated numbers: {len(wrong)} of {len(claims)} are wrong" if wrong else "Stated numbers: all are right")
    yield _table(_CLAIMS, [(c.name, c.claimed, c.computed, verdict(c)) for c in claims])
    for claim in wrong:
        place = f" (stated at {report.place(claim.span)})" if claim.span else ""
        yield _line(f"{claim.name}: {claim.arithmetic or claim.computed}, not {claim.claimed}{place}")


def _gaps(report: Report) -> Iterator[RenderableType]:
    rows = gap_rows(report)
    if rows:
        yield _heading("What the budget does not know")
        yield _table(_GAPS, rows)


def _line(text: str) -> RenderableType:
    from rich.text import Text  # noqa: PLC0415 - as above

    return Text(visible(text))


_PLACES = 8
"""Places of one rule that a terminal shows; ``--format json`` has them all."""


def _rule(report: Report, findings: tuple[Finding, ...]) -> Iterator[RenderableType]:
    """What one rule found: its name, each place, and what to do, once."""
    from rich.padding import Padding  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    first = findings[0]
    heading = Text(f"{first.severity.label} ", style=_STYLES[COLORS[first.severity]])
    yield heading.append(visible(f"{first.code} {first.name}"), style="bold")
    for finding in findings[:_PLACES]:
        where = " ".join([*places(report, finding), finding.object]).strip()
        yield Padding(Text(visible(f"{where}: {finding.message}")), (0, 0, 0, 2))
    if len(findings) > _PLACES:
        yield Padding(Text(f"and {len(findings) - _PLACES:,} more: --format json lists them"), (0, 0, 0, 2))
    if first.fix:
        yield Padding(Text(visible(f"fix: {first.fix}"), style="italic"), (0, 0, 0, 2))


def _ledger(report: Report) -> Iterator[RenderableType]:
    if report.ledger is None:
        return
    yield _heading(f"Ledger: {outcome_line(report)}")
    rows = [
        (
            f"{row.severity.label} {row.code}",
            row.service,
            str(row.number),
            row.place,
            row.reason + (f"; {row.fix}" if row.fix else ""),
        )
        for row in loss_rows(report)
    ]
    if rows:
        yield _table(_LOSSES, rows)
    if decided := decision_rows(report):
        yield _heading("Decided by the mapping")
        yield _table(_DECISIONS, [(row.reason, row.services, str(row.number), row.place) for row in decided])
