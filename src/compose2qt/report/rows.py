"""Rows that gather what repeats: gaps of the budget, losses, decisions, the findings of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compose2qt.workload import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compose2qt.audit.finding import Finding
    from compose2qt.budget import Gap
    from compose2qt.diagnostic import Severity
    from compose2qt.report.model import Report
    from compose2qt.source import Span
    from compose2qt.workload import Choice, Entry, Loss


class ExcusedRow(NamedTuple):
    """A finding that a person let stand: ``place`` is its own, ``said`` that of the suppression."""

    severity: Severity
    rule: str
    place: str
    object: str
    message: str
    reason: str
    said: str


def excused_rows(report: Report) -> Iterator[ExcusedRow]:
    """What a person let stand, the worst first."""
    for one in report.excused:
        excuse = one.excuse
        until = f" (until {excuse.until})" if excuse and excuse.until else ""
        reason, span = (f"{excuse.reason}{until}", excuse.span) if excuse else ("", None)
        said = report.place(span) if span else ""
        yield ExcusedRow(one.severity, f"{one.code} {one.name}", report.place(one.span), one.object, one.message, reason, said)


class GapRow(NamedTuple):
    """The numbers that containers and claims lack for one reason."""

    resources: str
    reason: str
    about: tuple[str, ...]


def gap_rows(report: Report) -> tuple[GapRow, ...]:
    """The gaps of the budget: those of one container together, and the containers that lack the same."""
    by_container: dict[tuple[str, str, str, str], list[str]] = {}
    for gap in report.budget.gaps:
        by_container.setdefault((gap.namespace, gap.object, gap.container, gap.reason), []).append(_lacking(gap))
    rows: dict[tuple[str, str], list[str]] = {}
    for (_, item, name, reason), resources in by_container.items():
        about = item if item.endswith(f"/{name}") else f"{item} {name}"
        rows.setdefault((", ".join(resources), reason), []).append(about)
    return tuple(GapRow(*key, tuple(dict.fromkeys(about))) for key, about in rows.items())


def _lacking(gap: Gap) -> str:
    return f"{gap.resource} {gap.assumed}" if gap.assumed else gap.resource


class LossRow(NamedTuple):
    """A loss, of however many services and leaves; ``places`` are theirs."""

    severity: Severity
    code: str
    reason: str
    fix: str
    services: tuple[str, ...]
    places: tuple[str, ...]


def loss_rows(report: Report) -> tuple[LossRow, ...]:
    """The losses of the ledger, the worst first, then in source order."""
    gathered: dict[tuple[Severity, str, str, str], list[Loss]] = {}
    for loss in report.ledger.losses if report.ledger else ():
        gathered.setdefault((loss.severity, loss.code, loss.reason, loss.fix), []).append(loss)
    rows = [
        LossRow(*key, tuple(dict.fromkeys(one.service for one in losses)), tuple(report.place(one.span) for one in losses))
        for key, losses in gathered.items()
    ]
    return tuple(sorted(rows, key=lambda row: -row.severity))


class Losses:
    """The losses that no finding tells: a finding about the same leaf says why and what to do."""

    def __init__(self, report: Report) -> None:
        heard = {finding.span for finding in report.findings if not finding.object}
        places = {report.place(span) for span in heard}
        every = loss_rows(report)
        kept = [row for row in every if not places.issuperset(row.places)]
        self.rows = tuple(kept)
        self.told = sum(len(row.places) for row in every) - sum(len(row.places) for row in kept)
        """The lines whose losses findings tell."""

    @property
    def by_code(self) -> Iterator[tuple[LossRow, ...]]:
        """The losses of each code, the worst first."""
        found: dict[tuple[Severity, str], list[LossRow]] = {}
        for row in self.rows:
            found.setdefault((row.severity, row.code), []).append(row)
        return (tuple(rows) for rows in found.values())


_SAID = "decided by the mapping spec"


class DecisionRow(NamedTuple):
    """What the mapping decides for one reason, or what is inferred for one: about which services and objects, and where."""

    by: str
    """``mapping``, or ``inferred``."""
    reason: str
    services: tuple[str, ...]
    """Those of which lines are replaced, or the section that the lines stand in."""
    objects: tuple[str, ...]
    """Those in which it gives a field."""
    fields: tuple[str, ...]
    lines: int
    """The number of lines of the input that it replaces."""
    place: Span | None
    """Where the mapping says so, else the first line; None for what is inferred."""

    @property
    def about(self) -> tuple[str, ...]:
        """The services, then the objects."""
        return (*self.services, *self.objects)


def decision_rows(report: Report) -> tuple[DecisionRow, ...]:
    """The decisions: the mapping's in source order, then what is inferred."""
    found: dict[tuple[str, str], _Decided] = {}
    for entry in report.ledger.entries if report.ledger else ():
        if entry.outcome is Outcome.MAPPED:
            found.setdefault(("mapping", entry.reason or _SAID), _Decided()).replaces(entry)
    for choice in report.ledger.choices if report.ledger else ():
        key = ("mapping" if choice.at else "inferred", choice.reason or _SAID)
        found.setdefault(key, _Decided()).gives(choice)
    rows = (one.row(by, reason) for (by, reason), one in found.items())
    return tuple(sorted(rows, key=lambda row: row.by != "mapping"))


class _Decided:
    """What is decided for one reason, while it is gathered."""

    def __init__(self) -> None:
        self._services: dict[str, None] = {}
        self._objects: dict[str, None] = {}
        self._fields: dict[str, None] = {}
        self._lines: set[Span] = set()
        self._places: list[Span] = []

    def replaces(self, entry: Entry) -> None:
        """A line of the input stands for nothing any more."""
        self._services[str(_owner(entry.leaf.path))] = None
        self._lines.add(entry.leaf.span)
        self._places.append(entry.at or entry.leaf.span)

    def gives(self, choice: Choice) -> None:
        """A field gets its value."""
        self._objects[choice.object] = None
        self._fields[next(str(step) for step in reversed(choice.path) if isinstance(step, str))] = None
        self._places += [choice.at] if choice.at else []

    def row(self, by: str, reason: str) -> DecisionRow:
        """All of it."""
        place = min(self._places, default=None) if self._objects else next(iter(self._places), None)
        return DecisionRow(
            by, reason, tuple(self._services), tuple(self._objects), tuple(self._fields), len(self._lines), place
        )


def _owner(path: Sequence[object]) -> object:
    """The service of a leaf, else the section that it stands in."""
    return path[1] if path[:1] == ("services",) and len(path) > 1 else path[0]


def by_rule(report: Report) -> tuple[tuple[Finding, ...], ...]:
    """The findings of each rule together, the worst rules first."""
    gathered: dict[str, list[Finding]] = {}
    for finding in report.findings:
        gathered.setdefault(finding.code, []).append(finding)
    return tuple(
        tuple(findings) for findings in sorted(gathered.values(), key=lambda found: (-found[0].severity, found[0].code))
    )
