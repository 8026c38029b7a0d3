"""What every renderer for people says first: counts in a line, and rows that gather what repeats."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.report.data import amounts
from compose2qt.report.words import counted
from compose2qt.workload import ZERO, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compose2qt.audit.finding import Finding
    from compose2qt.budget import Amounts, ClaimCheck, Fit
    from compose2qt.diagnostic import Severity
    from compose2qt.report.model import Report
    from compose2qt.workload import Leaf


def severity_line(report: Report) -> str:
    """``2 errors, 1 warning``; ``nothing found`` without findings."""
    found = [counted(number, severity.label) for severity, number in report.severities.items() if number]
    excused = [f"{len(report.excused):,} excused"] if report.excused else []
    return ", ".join([*(found or ["nothing found"]), *excused])


def outcome_line(report: Report) -> str:
    """``412 lines of input: 380 emitted, 12 mapped ...``; empty without a ledger."""
    if report.ledger is None:
        return ""
    outcomes = report.outcomes
    shares = ", ".join(f"{number:,} {outcome.value}" for outcome, number in outcomes.items() if number)
    return f"{counted(sum(outcomes.values()), 'line')} of input: {shares}" if shares else "no input"


class GapRow(NamedTuple):
    """The numbers that one container or claim lacks for one reason."""

    object: str
    container: str
    resources: str
    reason: str


def gap_rows(report: Report) -> tuple[GapRow, ...]:
    """The gaps of the budget, those of one container in one row."""
    gathered: dict[tuple[str, str, str], list[str]] = {}
    for gap in report.budget.gaps:
        gathered.setdefault((gap.object, gap.container, gap.reason), []).append(gap.resource)
    return tuple(GapRow(item, name, ", ".join(resources), reason) for (item, name, reason), resources in gathered.items())


class LossRow(NamedTuple):
    """A loss of one service, however many leaves it took; ``place`` is the first of them."""

    severity: Severity
    service: str
    code: str
    reason: str
    fix: str
    number: int
    place: str


def loss_rows(report: Report) -> tuple[LossRow, ...]:
    """The losses of the ledger, the worst first, then in source order."""
    if report.ledger is None:
        return ()
    losses = report.ledger.losses
    numbers = Counter((loss.service, loss.code, loss.reason) for loss in losses)
    first = {(loss.service, loss.code, loss.reason): loss for loss in reversed(losses)}
    rows = [
        LossRow(loss.severity, loss.service, loss.code, loss.reason, loss.fix, numbers[key], report.place(loss.span))
        for key, loss in reversed(first.items())
    ]
    return tuple(sorted(rows, key=lambda row: -row.severity))


class DecisionRow(NamedTuple):
    """A decision of the mapping spec, by the reason that it states: what it is about, the lines it took, the first of them."""

    reason: str
    services: str
    number: int
    place: str


def decision_rows(report: Report) -> tuple[DecisionRow, ...]:
    """The decisions that stand instead of lines of the input, in source order."""
    gathered: dict[str, list[Leaf]] = {}
    for entry in report.ledger.entries if report.ledger else ():
        if entry.outcome is Outcome.MAPPED:
            gathered.setdefault(entry.reason or "decided by the mapping spec", []).append(entry.leaf)
    return tuple(
        DecisionRow(reason, _about(leaves), len(leaves), report.place(leaves[0].span)) for reason, leaves in gathered.items()
    )


def _about(leaves: list[Leaf]) -> str:
    """The services of ``leaves``, else the section that they stand in."""
    named = (leaf.path[1:2] if leaf.path[:1] == ("services",) else leaf.path[:1] for leaf in leaves)
    return ", ".join(dict.fromkeys(str(part) for parts in named for part in parts))


def verdict(claim: ClaimCheck) -> str:
    """Whether a stated number is right, in a word."""
    return "right" if claim.ok else "WRONG"


def places(report: Report, finding: Finding) -> tuple[str, ...]:
    """Where a finding stands: the Compose line, if it comes from one, then the manifest's line."""
    found = [finding.source, finding.span] if finding.source else [finding.span]
    return tuple(dict.fromkeys(report.place(span) for span in found))


def by_rule(report: Report) -> tuple[tuple[Finding, ...], ...]:
    """The findings of each rule together, the worst rules first."""
    gathered: dict[str, list[Finding]] = {}
    for finding in report.findings:
        gathered.setdefault(finding.code, []).append(finding)
    return tuple(
        tuple(findings) for findings in sorted(gathered.values(), key=lambda found: (-found[0].severity, found[0].code))
    )


def limited(limits: Amounts) -> dict[str, str]:
    """Limits for people: a sum of nothing is no limit, not a limit of zero."""
    shown = amounts(limits)
    return {
        "cpu": shown["cpu"] if limits.cpu > ZERO else "none",
        "memory": shown["memory"] if limits.memory > ZERO else "none",
    }


def state_lines(report: Report) -> tuple[str, ...]:
    """What the system comes to beyond its steady state: while it rolls out, and scaled out; and who has no limit."""
    budget = report.budget
    states = [("While everything rolls out", budget.peak_pods, budget.peak_requests)]
    if any(workload.most for workload in budget.workloads):
        states.append(("Scaled out, rolling out", budget.maximum_pods, budget.maximum_requests))
    beyond = [f"{name}: {_state(pods, asked)}" for name, pods, asked in states if pods > budget.pods]
    unlimited = (("CPU", budget.unlimited("cpu")), ("memory", budget.unlimited("memory")))
    return (*beyond, *(f"Without a limit of {name}: {counted(number, 'pod')}" for name, number in unlimited if number))


def _state(pods: int, asked: Amounts) -> str:
    shown = amounts(asked)
    return f"{counted(pods, 'pod')}, {shown['cpu']} CPU, {shown['memory']} memory"


def fit_lines(report: Report) -> tuple[str, ...]:
    """Whether the pods fit the nodes that were named; what does not, and what would be enough; nothing without nodes."""
    fit = report.fit
    if fit is None:
        return ()
    if fit.ok:
        return (f"All pods fit {counted(len(fit.loads), 'node')}.", *_taken(fit))
    missing = Counter((one.object, one.reason) for one in fit.unplaced)
    lines = [f"{name} ({counted(number, 'pod')}): {reason}" for (name, reason), number in missing.items()]
    enough = (
        "no number of such nodes is enough" if fit.enough is None else f"{counted(fit.enough, 'such node')} would be enough"
    )
    return (
        f"No place for {counted(len(fit.unplaced), 'pod')} on {counted(len(fit.loads), 'node')}; {enough}:",
        *lines,
        *_taken(fit),
    )


def _taken(fit: Fit) -> tuple[str, ...]:
    """What the nodes are taken to have, as nothing says whether they do."""
    wanting: dict[str, list[str]] = {}
    for name, what in fit.assumed:
        wanting.setdefault(what, []).append(name)
    return tuple(f"Not looked at: {what}, which {listed(names)} asks for" for what, names in wanting.items())


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first ``names``, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
