"""A report as one self-contained page: no network, no storage; it reads without its script, which only filters and moves.

Every text goes through ``safe``. A content security policy forbids whatever the page does not bring itself.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

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
from compose2qt.report.drawing import anchor, draw_bars, draw_topology, safe
from compose2qt.report.panes import Panes
from compose2qt.report.rows import decision_rows, excused_rows, gap_rows, loss_rows
from compose2qt.report.summary import (
    amount_cells,
    ceiling_title,
    few,
    fit_lines,
    guess,
    outcome_line,
    severity_line,
    size_cell,
    state_lines,
    verdict,
    verdicts,
)
from compose2qt.report.units import listed, size, told
from compose2qt.report.words import counted
from compose2qt.source import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compose2qt.audit.finding import Finding
    from compose2qt.budget import Budget, WorkloadBudget
    from compose2qt.report.model import Report
    from compose2qt.workload import Entry

MAX_ROWS = 20_000
"""Rows of a table: more would make a browser slow; the JSON report has them all."""


def render_html(report: Report) -> str:
    """``report`` as a page that works from disk."""
    style, script = _asset("page.css"), _asset("page.js")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{safe(report.title)}: report</title><style>{style}</style>"
    )
    body = "\n".join(part for part in _parts(report) if part)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}\n<script>{script}</script>\n</body>\n</html>\n'
    )


def _asset(name: str) -> str:
    return "\n" + (files("compose2qt.report") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _parts(report: Report) -> Iterator[str]:
    panes = Panes(report)
    sections = [
        ("topology", "Topology", _topology(report)),
        ("budget", "Budget", _budget(report)),
        ("claims", "Stated numbers", _claims(report)),
        ("findings", "Findings", _findings(report, panes)),
        ("decisions", "Decided", _decisions(report, panes)),
        ("losses", "Not carried", _losses(report)),
        ("sides", "Side by side", panes.render()),
        ("ledger", "Ledger", _ledger(report, panes)),
        ("objects", "Objects", _objects(report, panes)),
    ]
    written = [(name, title, text) for name, title, text in sections if text]
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in written)
    yield '<a class="skip" href="#main">Skip to the report</a>'
    yield f"<header><h1>{safe(report.title)}</h1>{_numbers(report)}</header>"
    yield f'<nav aria-label="Parts"><ul>{links}<li><button id="theme" type="button">Light or dark</button></li></ul></nav>'
    yield '<main id="main">'
    for name, title, text in written:
        yield f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{text}</section>'
    yield "</main>"


def _numbers(report: Report) -> str:
    budget = report.budget
    asked = told(budget.requests)
    shown = [
        (str(budget.pods), "pods"),
        (guess(asked["cpu"], budget.assumed.cpu), "CPU requested"),
        (guess(asked["memory"], budget.assumed.memory), "memory requested"),
        (guess(size(budget.storage), budget.assumed_storage), "storage"),
    ]
    items = "".join(f"<li><b>{safe(number)}</b>{name}</li>" for number, name in shown)
    audit = f"<li><b>{safe(severity_line(report))}</b>audit</li>"
    wrong = "".join(f"<p>{safe(line)}</p>" for line in verdicts(report) if not line.startswith(("Audit", "Ledger")))
    ledger = f"<p class=dim>{safe(outcome_line(report))}</p>" if report.ledger else ""
    return f'<ul class="numbers">{items}{audit}</ul>{wrong}{ledger}'


def _topology(report: Report) -> str:
    if report.topology is None or not report.topology.boxes:
        return ""
    worst: dict[str, str] = {}
    for finding in report.findings:
        if finding.severity.label != "info":
            worst.setdefault(finding.object, finding.severity.label)
    buttons = "".join(f'<button type="button" id="{name}">{label}</button>' for name, label in _BUTTONS)
    hint = f'<span class="dim">{_HINT}</span>'
    return f'<div class="tools">{buttons}{hint}</div><div class="frame">{draw_topology(report.topology, worst)}</div>'


_HINT = (
    "Drag to move, Ctrl and wheel to zoom; a box leads to its object, and shows what it has to do with. Dashed boxes are "
    "not in the tree; a dashed line leads from a workload to a Service that it uses."
)
_BUTTONS = (("in", "Zoom in"), ("out", "Zoom out"), ("home", "Whole"))


def _budget(report: Report) -> str:
    budget = report.budget
    cpu = [(w.object, w.requests.cpu, w.limits.cpu) for w in budget.workloads]
    memory = [(w.object, w.requests.memory, w.limits.memory) for w in budget.workloads]
    bars = draw_bars("CPU: requests, and limits as outline", cpu, lambda amount: amount.milli)
    bars += draw_bars("Memory: requests, and limits as outline", memory, size)
    rows = [
        [_link(w.object), str(w.pods), *amount_cells(w), safe("; ".join([w.note] * bool(w.note) + _assumed(w)))]
        for w in budget.workloads
    ]
    rows.append(["total", str(budget.pods), *amount_cells(budget), *(_assumed(budget) or [""])])
    heads = ["workload", "pods", "CPU request", "CPU limit", "memory request", "memory limit", "assumed"]
    objects = [f"Objects: {object_line(report)}"] if budget.counts else []
    lines = "".join(f"<p>{safe(line)}</p>" for line in (*state_lines(report), *fit_lines(report), *objects))
    return bars + _table(heads, rows, numeric=range(1, 6)) + lines + _storage(report) + _bounds(report) + _gaps(report)


def _bounds(report: Report) -> str:
    """The budget of the mapping, totals by namespace, the quotas of the tree, and what is proposed where there is none."""
    parts = [
        (ceiling_title(report), CEILINGS, ceiling_rows(report), (1, 2)),
        ("By namespace", NAMESPACES, namespace_rows(report), range(1, 5)),
        ("Quotas of the tree", QUOTAS, quota_rows(report), (2, 3)),
    ]
    tables = "".join(
        f"<h3>{safe(title)}</h3>{_table(heads, [[_told(cell) for cell in row] for row in rows], numeric=right)}"
        for title, heads, rows, right in parts
        if rows
    )
    proposed = "\n".join(safe(line) for line in proposals(report).splitlines())
    yaml = f"<details><summary>Proposed quota and defaults</summary><pre>{proposed}</pre></details>" if proposed else ""
    return tables + yaml


def _told(cell: str) -> str:
    mark = {"OVER": "error", "kept": "good"}.get(cell)
    return f'<span class="{mark} tag">{cell}</span>' if mark else safe(cell)


def _storage(report: Report) -> str:
    rows = [
        [
            _link(v.object),
            safe(v.name),
            str(v.count),
            size_cell(v),
            safe(", ".join(v.access_modes)),
            safe(v.storage_class or "cluster default"),
        ]
        for v in report.budget.volumes
    ]
    return _table(["object", "claim", "count", "size", "access", "class"], rows, numeric=(2, 3)) if rows else ""


def _gaps(report: Report) -> str:
    rows = [[safe(gap.resources), safe(gap.reason), safe(few(gap.about, _NAMES))] for gap in gap_rows(report)]
    table = _table(["not known", "why", "of"], rows[:MAX_ROWS])
    return (
        f"<details><summary>What the budget does not know: {counted(len(rows), 'row')}</summary>{table}</details>"
        if rows
        else ""
    )


def _assumed(of: WorkloadBudget | Budget) -> list[str]:
    return [guessed] if (guessed := listed(of.assumed)) else []


_NAMES = 30
"""Names that stand in one cell."""


def _claims(report: Report) -> str:
    rows = [
        [
            safe(c.name),
            safe(c.claimed),
            safe(c.computed),
            f'<span class="{"good" if c.ok else "error"} tag">{verdict(c)}</span>',
            safe(c.arithmetic),
        ]
        for c in report.budget.claims
    ]
    return _table(["number", "stated", "computed", "", "arithmetic"], rows, numeric=(1, 2)) if rows else ""


def _excused(report: Report) -> str:
    rows = [
        [safe(cell) for cell in (r.rule, f"{r.place} {r.object}", r.message, r.reason, r.said)] for r in excused_rows(report)
    ]
    table = _table(["rule", "where", "what", "why it may stand", "said at"], rows[:MAX_ROWS])
    return f"<details><summary>Excused: {counted(len(rows), 'finding')}</summary>{table}</details>" if rows else ""


def _findings(report: Report, panes: Panes) -> str:
    if not report.findings:
        return "<p>Nothing found.</p>" + _excused(report)
    from compose2qt.audit import RULES  # noqa: PLC0415 - only this renderer needs the areas

    areas = {rule.code: rule.area for rule in RULES}
    rows = "".join(_finding(one, panes, areas.get(one.code, "")) for one in report.findings[:MAX_ROWS])
    severities = [severity.label for severity, number in report.severities.items() if number]
    used = sorted({areas.get(one.code, "") for one in report.findings})
    tools = _tools("finding-table", [("severity", severities), ("area", used)])
    return tools + _body(["severity", "rule", "where", "what and what to do"], rows, "finding-table") + _excused(report)


def _finding(finding: Finding, panes: Panes, area: str) -> str:
    label = finding.severity.label
    places = [panes.spot(span) for span in dict.fromkeys((finding.source, finding.span)) if span]
    where = "<br>".join([*places, *([_link(finding.object)] if finding.object else [])])
    what = f'{safe(finding.message)}<br><span class="dim">{safe(finding.fix)}</span>'
    cells = [f'<span class="{label} tag">{label}</span>', f"{finding.code} {safe(finding.name)}", where, what]
    return f'<tr data-severity="{label}" data-area="{safe(area)}">{_cells(cells)}</tr>'


def _decisions(report: Report, panes: Panes) -> str:
    rows = [
        [
            safe(row.by),
            safe(row.reason),
            safe(few(row.about, _NAMES)),
            f"<code>{safe(few(row.fields, _NAMES))}</code>",
            str(row.lines),
            panes.spot(row.place) if row.place else "",
        ]
        for row in decision_rows(report)
    ]
    heads = ["by", "decision", "about", "fields", "lines", "at"]
    return _table(heads, rows[:MAX_ROWS], numeric=(4,)) if rows else ""


def _losses(report: Report) -> str:
    rows = [
        [
            f'<span class="{row.severity.label} tag">{row.severity.label}</span>',
            safe(row.code),
            safe(few(row.services, _NAMES)),
            str(len(row.places)),
            f"<code>{safe(row.places[0])}</code>",
            f'{safe(row.reason)}<br><span class="dim">{safe(row.fix)}</span>',
        ]
        for row in loss_rows(report)
    ]
    return (
        _table(["severity", "loss", "services", "lines", "first at", "why and what to do"], rows, numeric=(3,)) if rows else ""
    )


def _ledger(report: Report, panes: Panes) -> str:
    if report.ledger is None:
        return ""
    entries = report.ledger.entries
    rows = "".join(_entry(entry, panes) for entry in entries[:MAX_ROWS])
    outcomes = [outcome.value for outcome, number in report.outcomes.items() if number]
    cut = (
        f"<p>The first {MAX_ROWS:,} of {len(entries):,} lines; the JSON report has them all.</p>"
        if len(entries) > MAX_ROWS
        else ""
    )
    return (
        _tools("ledger-table", [("outcome", outcomes)])
        + cut
        + _body(["line", "path", "outcome", "became"], rows, "ledger-table")
    )


def _entry(entry: Entry, panes: Panes) -> str:
    became = [f"{_link(one.object)} <code>{safe(one.field)}</code>" for one in entry.to[:4]]
    became += [f"and {len(entry.to) - 4} more"] if len(entry.to) > 4 else []
    became += [f'<span class="dim">{safe(entry.reason)}</span>'] if entry.reason else []
    became += [panes.spot(entry.at)] if entry.at else []
    became += [
        f'<span class="{loss.severity.label}">{safe(loss.reason)}</span>'
        for loss in entry.losses
        if loss.reason != entry.reason
    ]
    outcome = entry.outcome.value
    cells = [
        panes.spot(entry.leaf.span),
        f"<code>{safe(pointer(entry.leaf.path))}</code>",
        outcome,
        "<br>".join(became),
    ]
    return f'<tr data-outcome="{outcome}">{_cells(cells)}</tr>'


def _objects(report: Report, panes: Panes) -> str:
    findings: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.object:
            findings.setdefault(finding.object, []).append(finding)
    lines: dict[str, dict[str, None]] = {}
    for entry in report.ledger.entries if report.ledger else ():
        for field in entry.to:
            lines.setdefault(field.object, {}).setdefault(panes.spot(entry.leaf.span))
    drawn = [box.object for box in report.topology.boxes] if report.topology else []
    names = dict.fromkeys(
        [*drawn, *(w.object for w in report.budget.workloads), *(v.object for v in report.budget.volumes), *findings, *lines]
    )
    return "".join(_object(panes, name, findings.get(name, []), list(lines.get(name, ()))) for name in names)


def _object(panes: Panes, name: str, findings: list[Finding], lines: list[str]) -> str:
    told = "".join(
        f'<li><span class="{one.severity.label} tag">{one.severity.label}</span> {one.code} {safe(one.message)} '
        f"{panes.spot(one.span)}</li>"
        for one in findings
    )
    comes = f"<p>From {', '.join(lines[:60])}</p>" if lines else ""
    summary = f"{safe(name)} <span class=dim>{counted(len(findings), 'finding')}</span>"
    return f'<details id="{anchor(name)}"><summary>{summary}</summary>{comes}<ul>{told}</ul></details>'


def _link(item: str) -> str:
    return f'<a href="#{anchor(item)}">{safe(item)}</a>'


def _tools(table: str, selects: Sequence[tuple[str, Iterable[str]]]) -> str:
    parts = ['<label>Search <input type="search"></label>']
    for name, values in selects:
        options = "".join(f'<option value="{safe(value)}">{safe(value)}</option>' for value in values)
        parts.append(f'<label>{name} <select name="{name}"><option value="">all</option>{options}</select></label>')
    return f'<div class="tools" data-filters="{table}">{"".join(parts)}<output aria-live="polite"></output></div>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numeric: Iterable[int] = ()) -> str:
    right = frozenset(numeric)
    text = "".join(f"<tr{_total(row)}>{_cells(row, right)}</tr>" for row in rows)
    return _body(heads, text, "", right)


def _total(row: Sequence[str]) -> str:
    return ' class="total"' if row[0] == "total" else ""


def _body(heads: Sequence[str], rows: str, name: str = "", right: frozenset[int] = frozenset()) -> str:
    titles = "".join(f'<th scope="col"{_side(index, right)}>{title}</th>' for index, title in enumerate(heads))
    label = f' id="{name}"' if name else ""
    return f'<div class="scroll"><table{label}><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(cells: Iterable[str], right: frozenset[int] = frozenset()) -> str:
    return "".join(f"<td{_side(index, right)}>{cell}</td>" for index, cell in enumerate(cells))


def _side(index: int, right: frozenset[int]) -> str:
    return ' class="n"' if index in right else ""
