"""A report as a pull-request comment: the summary first, details folded, never longer than a comment may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Severity
from compose2qt.report.bounds import (
    CEILINGS,
    NAMESPACES,
    QUOTAS,
    ceiling_rows,
    namespace_rows,
    object_line,
    proposals,
    quota_rows,
)
from compose2qt.report.rows import by_rule, decision_rows, excused_rows, gap_rows, loss_rows
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
    workload_names,
)
from compose2qt.report.units import size
from compose2qt.report.words import code, counted, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compose2qt.audit.finding import Finding
    from compose2qt.report.model import Report
    from compose2qt.source import Span

LIMIT = 65_536
"""Characters that a comment on GitHub may have."""
_CELL = 400
"""Characters of a cell: a longer one is cut, so that no single value fills the comment."""
_NOTE = "\n_Cut here: a comment holds {limit:,} characters. `compose2qt report` prints the rest._\n"

_MARKS = {
    Severity.ERROR: "\N{NO ENTRY}",
    Severity.WARNING: "\N{WARNING SIGN}\ufe0f",
    Severity.INFO: "\N{INFORMATION SOURCE}\ufe0f",
}


def render_markdown(report: Report, limit: int = LIMIT) -> str:
    """``report`` as Markdown of at most ``limit`` characters; what does not fit is cut between rows, with a note."""
    note = _NOTE.format(limit=limit)
    room = limit - len(note)
    kept: list[str] = []
    for opening, rows, closing in _blocks(report):
        room -= len(opening) + len(closing)
        if room < 0:
            return "".join(kept) + note
        kept.append(opening)
        for row in rows:
            room -= len(row)
            if room < 0:
                return "".join(kept) + closing + note
            kept.append(row)
        kept.append(closing)
    return "".join(kept)


Block = tuple[str, "Iterable[str]", str]


def _blocks(report: Report) -> Iterator[Block]:
    """(opening, rows, closing): a cut falls between rows, and what was opened is closed."""
    yield f"## {_cell(report.title)}\n\n", _headline(report), "\n"
    yield from _ceilings(report)
    yield from _claims(report)
    yield from _budget(report)
    yield from _bounds(report)
    yield from _findings(report)
    yield from _decisions(report)
    yield from _losses(report)
    yield from _excused(report)


def _headline(report: Report) -> Iterator[str]:
    for number, line in enumerate(headlines(report)):
        yield f"- **{_cell(line)}**\n" if number == 0 else f"- {_cell(line)}\n"


def _ceilings(report: Report) -> Iterator[Block]:
    if rows := ceiling_rows(report):
        yield f"### {ceiling_title(report)}\n\n" + _head(CEILINGS, "lrrll"), [_row(row) for row in rows], "\n"


def _claims(report: Report) -> Iterator[Block]:
    claims = report.budget.claims
    if not claims:
        return
    rows = [
        _row([claim.name, claim.claimed, claim.computed, verdict(claim), claim.arithmetic if not claim.ok else ""])
        for claim in claims
    ]
    wrong = len(report.budget.wrong_claims)
    title = f"Stated numbers: {wrong} of {len(claims)} are wrong" if wrong else "Stated numbers: all are right"
    yield f"### {title}\n\n" + _head(["number", "stated", "computed", "", "arithmetic"], "lrrll"), rows, "\n"


def _findings(report: Report) -> Iterator[Block]:
    for severity, number in report.severities.items():
        if number:
            chosen = [found for found in by_rule(report) if found[0].severity is severity]
            title = f"{_MARKS[severity]} {counted(number, severity.label)}"
            head = _head(["rule", "where", "what", "fix"], "llll")
            yield _opened(title, severity is Severity.ERROR) + head, _rows(report, chosen), _CLOSED


def _rows(report: Report, rules: Iterable[tuple[Finding, ...]]) -> Iterator[str]:
    """A row for each finding; of a rule that only informs, one for its first places."""
    for findings in rules:
        few = len(findings) if findings[0].severity > Severity.INFO else 2
        for finding in findings[:few]:
            where = " ".join(code(place) for place in places(report, finding))
            cells = [f"{finding.code} {_cell(finding.name)}", f"{where} {_cell(finding.object)}", _cell(finding.message)]
            yield _joined([*cells, _cell(finding.fix)])
        if len(findings) > few:
            yield _joined([f"{findings[0].code} {_cell(findings[0].name)}", f"and {len(findings) - few:,} more", "", ""])


def _budget(report: Report) -> Iterator[Block]:
    budget = report.budget
    head = _head(["workload", "pods", "CPU request", "CPU limit", "memory request", "memory limit"], "lrrrrr")
    names = zip(workload_names(budget), budget.workloads, strict=True)
    rows = [_row([name, str(w.pods), *amount_cells(w)]) for name, w in names]
    total = _row(["total", str(budget.pods), *amount_cells(budget)])
    objects = [f"Objects: {object_line(report)}"] if budget.counts else []
    more = ["\n", *(f"{_cell(line)}  \n" for line in (*state_lines(report), *fit_lines(report), *objects))]
    yield _opened("Resource budget") + head, [*rows, total, *(more if len(more) > 1 else [])], _CLOSED
    if budget.volumes:
        head = _head(["claim", "count", "size", "access", "class"], "lrrll")
        volumes = [
            _row([v.name, str(v.count), size_cell(v), ", ".join(v.access_modes), v.storage_class or "cluster default"])
            for v in budget.volumes
        ]
        yield _opened(f"Storage: {guess(size(budget.storage), budget.assumed_storage)}") + head, volumes, _CLOSED
    if gaps := gap_rows(report):
        rows = [_row([gap.resources, gap.reason, few(gap.about, _NAMES)]) for gap in gaps]
        yield _opened("What the budget does not know") + _head(["not known", "why", "of"], "lll"), rows, _CLOSED


def _bounds(report: Report) -> Iterator[Block]:
    if rows := namespace_rows(report):
        yield _opened("By namespace") + _head(NAMESPACES, "lrrrrl"), [_row(row) for row in rows], _CLOSED
    if rows := quota_rows(report):
        yield _opened("Quotas of the tree") + _head(QUOTAS, "llrrll"), [_row(row) for row in rows], _CLOSED
    if proposed := proposals(report):
        yield _opened("Proposed quota and defaults") + "```yaml\n", [proposed], f"```\n{_CLOSED}"


_NAMES = 12
"""Names that stand in one cell."""


def _decisions(report: Report) -> Iterator[Block]:
    for by, title in (("mapping", "What the mapping decides"), ("inferred", "What is inferred, for nobody decides it")):
        rows = [row for row in decision_rows(report) if row.by == by]
        head = _head(["decision", "about", "fields", "lines", "at"], "lllrl")
        shown = [
            _row([row.reason, few(row.about, _NAMES), few(row.fields, _NAMES), str(row.lines), _at(report, row.place)])
            for row in rows
        ]
        if rows:
            yield _opened(f"{title}: {counted(len(rows), 'decision')}") + head, shown, _CLOSED


def _at(report: Report, span: Span | None) -> str:
    return report.place(span) if span else ""


def _losses(report: Report) -> Iterator[Block]:
    rows = loss_rows(report)
    if not rows:
        return
    head = _head(["loss", "services", "lines", "first at", "why", "what to do"], "llrlll")
    shown = [
        _row(
            [
                f"{row.severity.label} {row.code}",
                few(row.services, _NAMES),
                str(len(row.places)),
                row.places[0],
                row.reason,
                row.fix,
            ]
        )
        for row in rows
    ]
    yield _opened(f"What the manifests do not carry: {counted(len(rows), 'loss', 'losses')}") + head, shown, _CLOSED


def _excused(report: Report) -> Iterator[Block]:
    rows = [_row([row.rule, f"{row.place} {row.object}", row.message, row.reason, row.said]) for row in excused_rows(report)]
    if rows:
        head = _head(["rule", "where", "what", "why it may stand", "said at"], "lllll")
        yield _opened(f"Excused: {counted(len(rows), 'finding')}") + head, rows, _CLOSED


def _opened(title: str, is_open: bool = False) -> str:
    return f"<details{' open' if is_open else ''}>\n<summary>{title}</summary>\n\n"


_CLOSED = "\n</details>\n\n"
_RULES = {"l": "---", "r": "--:"}


def _head(titles: Sequence[str], sides: str) -> str:
    return _joined(titles) + _joined([_RULES[side] for side in sides])


def _row(cells: Iterable[str]) -> str:
    return _joined([_cell(cell) for cell in cells])


def _joined(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(text: str) -> str:
    return escaped(text if len(text) <= _CELL else text[:_CELL] + "…")
