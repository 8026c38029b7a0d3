"""A verification for people (text, Markdown) and for programs (JSON, SARIF 2.1.0). Values of secrets are not in it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from compose2qt.source.json_text import json_text
from compose2qt.verify.verification import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from compose2qt.source import Span
    from compose2qt.verify.verification import Result, Verification

SCHEMA = "compose2qt/verify/v1"
_WIDTH = 160
_LIMIT = 65_000
"""Characters of a Markdown page: a comment on a pull request may have 65,536."""
_HEADINGS = {
    Outcome.DIFFERENT: "Different",
    Outcome.UNKNOWN: "Unknown: the answer depends on facts that neither side states",
    Outcome.EXPLAINED: "Explained: different as it is meant to be",
}
_LEVELS = {Outcome.DIFFERENT: "error", Outcome.UNKNOWN: "note"}


def render_text(made: Verification) -> str:
    """Each difference with both places and both values, what will happen; those that are meant, by code; then the counts."""
    lines: list[str] = []
    for service, results in _by_service(made.of(Outcome.DIFFERENT, Outcome.UNKNOWN)).items():
        lines.append(f"{service or 'beside the project'} = {results[0].object or 'nothing in the manifests'}")
        for result in results:
            lines += _lines(result)
    if found := made.explained:
        lines.append("explained:")
        for (code, reason), results in _by_code(found).items():
            lines.append(f"  {code}: {reason}")
            lines += [f"    {r.service}: {r.subject}: {_short(r.compose)} -> {_short(r.kubernetes)}" for r in results]
    return "\n".join([*lines, summary(made), ""])


def _lines(result: Result) -> Iterator[str]:
    yield f"  {result.outcome}: {result.subject}"
    yield f"    {_place(result.compose_span)}: {_short(result.compose)}"
    yield f"    {_place(result.manifest_span)}: {_short(result.kubernetes)}"
    yield f"    {result.reason}"


def _place(span: Span | None) -> str:
    return str(span) if span is not None else "nowhere"


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return f"{shown[:_WIDTH]}..." if len(shown) > _WIDTH else shown or '""'


def summary(made: Verification) -> str:
    """The counts in a sentence."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in made.counts.items())
    services = len({result.service for result in made.results if result.service})
    return f"{made.project}: {services} service{'' if services == 1 else 's'}: {counts}"


def _by_service(results: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.service, []).append(result)
    return found


def _by_code(results: Iterable[Result]) -> dict[tuple[str, str], list[Result]]:
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        found.setdefault((result.code, result.reason), []).append(result)
    return dict(sorted(found.items()))


# Markdown ---------------------------------------------------------------------------------------------------------------


def render_markdown(made: Verification) -> str:
    """For a pull request: the counts, a table of what differs, the rest folded; cut with a note if it is too long."""
    parts = [f"**{summary(made)}**", ""]
    for outcome in (Outcome.DIFFERENT, Outcome.UNKNOWN):
        if results := made.of(outcome):
            table = _table(results)
            parts += [f"### {_HEADINGS[outcome]}", "", *table, ""]
    if results := made.explained:
        rows = [
            f"| {' | '.join(map(_cell, (r.service, r.subject, r.compose, r.kubernetes)))} | `{code}`: {_cell(reason)} |"
            for (code, reason), found in _by_code(results).items()
            for r in found
        ]
        parts += [f"<details><summary>{_HEADINGS[Outcome.EXPLAINED]} ({len(results)})</summary>", "",
                  "| service | what | Compose | manifests | why |", "| --- | --- | --- | --- | --- |",
                  *rows, "", "</details>", ""]  # fmt: skip
    return _cut(parts)


def _table(results: Iterable[Result]) -> list[str]:
    head = ["| service | what | Compose | manifests | |", "| --- | --- | --- | --- | --- |"]
    return head + [
        f"| {_cell(r.service)} | {_cell(r.subject)} | {_cell(r.compose)}<br>`{_place(r.compose_span)}` "
        f"| {_cell(r.kubernetes)}<br>`{_place(r.manifest_span)}` | {_cell(r.reason)} |"
        for r in results
    ]


def _cell(text: str) -> str:
    return _short(text).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def _cut(parts: list[str]) -> str:
    room = _LIMIT
    kept: list[str] = []
    for part in parts:
        room -= len(part) + 1
        if room < 0:
            return "\n".join([*kept, "", "_The rest is left out: see the JSON report._", ""])
        kept.append(part)
    return "\n".join(kept)


# JSON -------------------------------------------------------------------------------------------------------------------


def render_json(made: Verification) -> str:
    """Counts, matches, every result that is not equal, and by service the names of what is."""
    data = {
        "schema": SCHEMA,
        "project": made.project,
        "counts": made.counts,
        "matches": [{"service": p.service, "object": p.object, "how": p.how} for p in made.pairings],
        "results": [_data(result) for result in made.results if result.outcome is not Outcome.EQUAL],
        "equal": {service: [one.subject for one in found] for service, found in _by_service(made.of(Outcome.EQUAL)).items()},
    }
    return json_text(data) + "\n"


def _data(result: Result) -> dict[str, Any]:
    return {
        "outcome": result.outcome.value,
        "service": result.service,
        "object": result.object,
        "aspect": result.aspect.value,
        "item": result.item,
        "compose": {"value": result.compose, **_where(result.compose_span)},
        "kubernetes": {"value": result.kubernetes, **_where(result.manifest_span)},
        "code": result.code,
        "reason": result.reason,
        "digest": result.digest,
    }


def _where(span: Span | None) -> dict[str, Any]:
    return (
        {"file": span.file, "line": span.line, "column": span.column} if span else {"file": None, "line": None, "column": None}
    )


# SARIF ------------------------------------------------------------------------------------------------------------------


def render_sarif(made: Verification) -> str:
    """What differs, and what is unknown, at its place in the manifests; the Compose line is a related place."""
    shown = made.of(Outcome.DIFFERENT, Outcome.UNKNOWN)
    aspects = sorted({result.aspect.value for result in shown})
    rules = [{"id": f"verify/{aspect}", "shortDescription": {"text": f"{aspect} differs from Docker"}} for aspect in aspects]
    run = {
        "tool": {"driver": {"name": "compose2qt", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif(result) for result in shown],
    }
    data = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_text(data) + "\n"


def _sarif(result: Result) -> dict[str, Any]:
    main = result.manifest_span or result.compose_span
    values = f"Compose {_short(result.compose)}, manifests {_short(result.kubernetes)}"
    text = f"{result.service}: {result.subject}: {values}: {result.reason}"
    key = "\0".join((result.service, result.aspect, result.item, result.object))
    data: dict[str, Any] = {
        "ruleId": f"verify/{result.aspect}",
        "level": _LEVELS[result.outcome],
        "message": {"text": text},
        "locations": [_location(main)] if main else [],
        "partialFingerprints": {"compose2qt/verify/v1": hashlib.sha256(key.encode()).hexdigest()},
    }
    if main is result.manifest_span and result.compose_span is not None:
        data["relatedLocations"] = [{"message": {"text": "what Compose says"}, **_location(result.compose_span)}]
    return data


def _location(span: Span) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column}
    return {"physicalLocation": {"artifactLocation": {"uri": span.file}, "region": region}}


FORMATS: Mapping[str, Callable[[Verification], str]] = {
    "text": render_text,
    "markdown": render_markdown,
    "json": render_json,
    "sarif": render_sarif,
}
