"""A report for a terminal."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.diagnostic import Severity
from compose2qt.report.bounds import CEILINGS, NAMESPACES, QUOTAS, ceiling_rows, namespace_rows, object_line, quota_rows
from compose2qt.report.diagnostics import COLORS
from compose2qt.report.rows import Losses, by_rule, decision_rows, excused_rows, gap_rows
from compose2qt.report.summary import (
    amount_cells,
    ceiling_title,
    few,
    fit_lines,
    guess,
    headlines,
    places,
    size_cell,
    state_lines,
    verdict,
    verdicts,
    workload_names,
)
from compose2qt.report.units import size
from compose2qt.report.words import counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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

    return Text(f"\n{visible(text)}", style="bold")


def _parts(report: Report) -> Iterator[RenderableType]:
    """What is wrong stands first and in full; what only informs comes last, and short."""
    yield _heading(report.title)
    yield from _lines(headlines(report))
    rules = by_rule(report)
    yield from _findings(report, [found for found in rules if found[0].severity > Severity.INFO])
    yield from _bounds(report)
    yield from _claims(report)
    yield from _budget(report)
    yield from _gaps(report)
    yield from _losses(report)
    yield from _findings(report, [found for found in rules if found[0].severity is Severity.INFO])
    yield from _decisions(report)
    yield from _excused(report)
    yield from _lines(["", *verdicts(report)])


_BUDGET = (
    _Column("workload"), _Column("pods", True), _Column("CPU request", True), _Column("limit", True),
    _Column("memory request", True), _Column("limit", True),
)  # fmt: skip
_STORAGE = (_Column("claim"), _Column("count", True), _Column("size", True), _Column("access"), _Column("class"))
_CLAIMS = (_Column("stated number"), _Column("stated", True), _Column("computed", True), _Column(""))
_CEILINGS = tuple(_Column(name, name in ("allowed", "asked for")) for name in CEILINGS[:-1])
_QUOTAS = tuple(_Column(name, name in ("allowed", "asked for")) for name in QUOTAS[:-1])
_NAMESPACES = tuple(_Column(name, name not in ("namespace", "objects")) for name in NAMESPACES)


def _budget(report: Report) -> Iterator[RenderableType]:
    budget = report.budget
    names = zip(workload_names(budget), budget.workloads, strict=True)
    rows = [(name, str(w.pods), *amount_cells(w)) for name, w in names]
    rows.append(("total", str(budget.pods), *amount_cells(budget)))
    yield _heading("Resource budget")
    yield _table(_BUDGET, rows, last_is_total=True)
    objects = [f"Objects: {object_line(report)}"] if budget.counts else []
    yield from _lines([*state_lines(report), *fit_lines(report), *objects])
    if spaces := namespace_rows(report):
        yield _heading("By namespace")
        yield _table(_NAMESPACES, spaces)
    if budget.volumes:
        claims = [
            (v.name, str(v.count), size_cell(v), ", ".join(v.access_modes), v.storage_class or "cluster default")
            for v in budget.volumes
        ]
        whole = guess(size(budget.storage), budget.assumed_storage)
        yield _heading("Storage")
        yield _table(
            _STORAGE, [*claims, ("total", str(sum(v.count for v in budget.volumes)), whole, "", "")], last_is_total=True
        )


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
    if rows := gap_rows(report):
        yield _heading("What the budget does not know")
        yield from _lines(f"{row.resources}: {row.reason} ({few(row.about, _NAMES)})" for row in rows)


def _lines(lines: Iterable[str]) -> Iterator[RenderableType]:
    return (_line(line) for line in lines)


def _line(text: str) -> RenderableType:
    from rich.text import Text  # noqa: PLC0415 - as above

    return Text(visible(text))


_PLACES = 8
"""Places of one rule that a terminal shows; ``--format json`` has them all."""
_NAMES = 6
"""Names that stand in one line."""
_FIELDS = 3
"""Of the fields and objects of a decision."""


def _findings(report: Report, rules: Sequence[tuple[Finding, ...]]) -> Iterator[RenderableType]:
    """What each rule found: its name, where, and what to do, once."""
    if rules:
        yield _heading(f"Findings: {', '.join(_numbers(rules))}")
    for findings in rules:
        first = findings[0]
        yield _named(first.severity, f"{first.code} {first.name}")
        yield from _some(_found(report, findings))
        for fix in list(dict.fromkeys(one.fix for one in findings if one.fix))[:2]:
            yield _indented(f"fix: {fix}", "italic")


def _numbers(rules: Sequence[tuple[Finding, ...]]) -> Iterator[str]:
    counts = Counter(finding.severity for findings in rules for finding in findings)
    return (counted(counts[severity], severity.label) for severity in reversed(Severity) if counts[severity])


def _found(report: Report, findings: tuple[Finding, ...]) -> list[str]:
    """A line for each place; what only informs of objects needs one for all of them."""
    if findings[0].severity is Severity.INFO and all(finding.object for finding in findings):
        names = few((finding.object for finding in findings), _NAMES)
        return [f"{names}: {findings[0].message}" + (", and the like" if len(findings) > 1 else "")]
    return [f"{' '.join([*places(report, one), one.object]).strip()}: {one.message}" for one in findings]


def _some(lines: Sequence[str]) -> Iterator[RenderableType]:
    shown = lines if len(lines) <= _PLACES + 1 else lines[:_PLACES]
    yield from (_indented(line) for line in shown)
    if len(shown) < len(lines):
        yield _indented(f"and {len(lines) - len(shown):,} more: --format json lists them")


def _named(severity: Severity, name: str) -> RenderableType:
    from rich.text import Text  # noqa: PLC0415 - as above

    return Text(f"{severity.label} ", style=_STYLES[COLORS[severity]]).append(visible(name), style="bold")


def _indented(text: str, style: str = "") -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    return Padding(Text(visible(text), style=style), (0, 0, 0, 2))


def _losses(report: Report) -> Iterator[RenderableType]:
    """What the manifests do not carry, by code; what a finding has told already is only counted."""
    losses = Losses(report)
    if losses.told or losses.rows:
        beside = f", beside {losses.told:,} of which findings tell" if losses.told else ""
        yield _heading(f"Not carried: {counted(sum(len(row.places) for row in losses.rows), 'line')}{beside}")
    for rows in losses.by_code:
        yield _named(rows[0].severity, rows[0].code)
        yield from _some([f"{few(row.services, _NAMES) or 'project'} ({_at(row.places)}): {row.reason}" for row in rows])
        for fix in dict.fromkeys(row.fix for row in rows if row.fix):
            yield _indented(f"fix: {fix}", "italic")


def _at(places_: Sequence[str]) -> str:
    return places_[0] if len(places_) == 1 else f"{len(places_)} lines, first {places_[0]}"


def _excused(report: Report) -> Iterator[RenderableType]:
    """What a person let stand: where, why, until when, and where that is said."""
    if report.excused:
        yield _heading(f"Excused: {counted(len(report.excused), 'finding')}")
    for row in excused_rows(report):
        yield _named(row.severity, row.rule)
        yield _indented(f"{row.place} {row.object}".strip() + f": {row.message}")
        yield _indented(f"excused at {row.said}: {row.reason}", "italic")


def _decisions(report: Report) -> Iterator[RenderableType]:
    """A line for each decision: where the mapping says so, or which fields are inferred, why, and about whom."""
    for by, title in (("mapping", "Decided by the mapping"), ("inferred", "Inferred, for nobody decides it")):
        rows = [row for row in decision_rows(report) if row.by == by]
        if rows:
            yield _heading(f"{title}: {len(rows)}")
        for row in rows:
            lead = report.place(row.place) if row.place else few(row.fields, _FIELDS)
            yield _line(f"{lead}: {row.reason.rstrip('.')} ({few(row.about, _FIELDS)})")
