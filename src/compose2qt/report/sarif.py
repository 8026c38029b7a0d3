"""A report as SARIF 2.1.0, for code scanning: results stand at the Compose line, which the reviewer edits.

Source: the SARIF 2.1.0 standard (OASIS), and what GitHub reads of it: ``partialFingerprints``, relative paths,
``security-severity``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from compose2qt.diagnostic import Severity
from compose2qt.report.rows import decision_rows
from compose2qt.report.words import visible
from compose2qt.source.json_text import json_text

if TYPE_CHECKING:
    from compose2qt.audit.finding import Excuse, Finding
    from compose2qt.audit.registry import Rule
    from compose2qt.report.model import Report
    from compose2qt.report.rows import DecisionRow
    from compose2qt.source import Span

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS = 5_000
"""GitHub keeps this many results of a run; the worst come first."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCORES = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.INFO: "2.0"}

Data = dict[str, Any]


def render_sarif(report: Report) -> str:
    """``report`` as SARIF 2.1.0 with its findings and the rules behind them."""
    from compose2qt.audit import RULES  # noqa: PLC0415 - only this renderer needs the rules' pages

    numbers: Counter[str] = Counter()
    findings = (*report.findings, *report.excused)[:MAX_RESULTS]
    used = {finding.code for finding in findings}
    rules = [rule for rule in RULES if rule.code in used]
    order = {rule.code: index for index, rule in enumerate(rules)}
    driver = {"name": "compose2qt", "rules": [_rule(rule) for rule in rules]}
    run: Data = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, finding, order, numbers) for finding in findings],
    }
    if decided := decision_rows(report):
        run["properties"] = {"decisions": [_decision(report, row) for row in decided]}
    return json_text({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}) + "\n"


def _decision(report: Report, row: DecisionRow) -> Data:
    place = visible(report.place(row.place)) if row.place else ""
    about = [visible(name) for name in row.about]
    return {"by": row.by, "reason": visible(row.reason), "about": about, "lines": row.lines, "place": place}


def _rule(rule: Rule) -> Data:
    paragraph = rule.page.partition("\n\n")[0].replace("\n", " ")
    properties: Data = {"tags": [rule.area]}
    if rule.area == "security":
        properties["security-severity"] = _SCORES[rule.severity]
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": paragraph},
        "help": {"text": f"{rule.page}\n\nWhat to do: {rule.fix}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _result(report: Report, finding: Finding, order: dict[str, int], numbers: Counter[str]) -> Data:
    main = finding.source or finding.span
    message = f"{finding.message}. What to do: {finding.fix}" if finding.fix else finding.message
    data: Data = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(message)},
        "locations": [_location(report, main, finding)],
        "partialFingerprints": {"compose2qt/v1": _fingerprint(finding, numbers)},
    }
    if finding.excuse:
        data["suppressions"] = [_suppression(finding.excuse)]
    if finding.code in order:
        data["ruleIndex"] = order[finding.code]
    if finding.source not in (None, finding.span):
        data["relatedLocations"] = [
            {**_location(report, finding.span, finding), "id": 0, "message": {"text": "in the manifest"}}
        ]
    return data


def _suppression(excuse: Excuse) -> Data:
    """Section 3.35: a mapping spec is outside of what it speaks of."""
    data: Data = {"kind": "inSource" if excuse.in_source else "external", "justification": visible(excuse.reason)}
    return {**data, "properties": {"until": excuse.until.isoformat()}} if excuse.until else data


def _fingerprint(finding: Finding, numbers: Counter[str]) -> str:
    """The same for the same finding wherever its line moves; those that are alike are numbered."""
    parts = (finding.code, finding.object, finding.field, finding.message if not finding.object else "")
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
    numbers[digest] += 1
    return f"{digest}:{numbers[digest]}"


def _location(report: Report, span: Span, finding: Finding) -> Data:
    uri = quote(report.relative(span.file).replace("\\", "/").removeprefix("./"), errors="replace")
    is_below = not uri.startswith(("../", "/"))
    location: Data = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, **({"uriBaseId": "%SRCROOT%"} if is_below else {})},
            "region": {"startLine": span.line, "startColumn": span.column},
        }
    }
    if finding.object:
        name = visible(f"{finding.object}{finding.field}")
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "object"}]
    return location
