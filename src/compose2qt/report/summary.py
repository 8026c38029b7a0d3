"""What every renderer for people says first: the cost, what of it is a guess, what is wrong; a line each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from compose2qt.report.units import limited, listed, size, told
from compose2qt.report.words import counted
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.audit.finding import Finding
    from compose2qt.budget import Amounts, Budget, ClaimCheck, Fit, VolumeBudget, WorkloadBudget
    from compose2qt.report.model import Report
    from compose2qt.workload import Quantity


def headlines(report: Report) -> Iterator[str]:
    """What the system costs, how much of that is a guess, and what of it is wrong: a sentence each."""
    budget = report.budget
    asked, allowed = listed(budget.requests, budget.storage) or "nothing", limited(budget.limits)
    verb = "asks" if budget.pods == 1 else "ask"
    yield f"{counted(budget.pods, 'pod')} {verb} for {asked}; limits: CPU {allowed['cpu']}, memory {allowed['memory']}"
    if guessed := listed(budget.assumed, budget.assumed_storage):
        yield f"Of that {guessed} are assumed, for nobody states them: measure, and set them"
    yield from verdicts(report)


def verdicts(report: Report) -> Iterator[str]:
    """What is wrong, in a line each: the budget, stated numbers, nodes, the audit."""
    budget = report.budget
    if budget.exceeded:
        yield ceiling_title(report)
    if wrong := len(budget.wrong_claims):
        yield f"Stated numbers: {wrong} of {len(budget.claims)} are wrong"
    if report.fit is not None:
        yield from (_fits(name, one, report) for name, one in _placed(report))
    yield f"Audit: {severity_line(report)}"
    if line := undated_line(report):
        yield line
    if line := outcome_line(report):
        yield f"Ledger: {line}"


def ceiling_title(report: Report) -> str:
    """Whether the budget is kept, in a sentence."""
    over, all_ = len(report.budget.exceeded), len(report.budget.ceilings)
    return f"Budget: {over} of {all_} amounts are exceeded" if over else "Budget: kept"


def severity_line(report: Report) -> str:
    """``2 errors, 1 warning``; ``nothing found`` without findings."""
    found = [counted(number, severity.label) for severity, number in report.severities.items() if number]
    excused = [f"{len(report.excused):,} excused"] if report.excused else []
    return ", ".join([*(found or ["nothing found"]), *excused])


def undated_line(report: Report) -> str:
    """What is to be done so that ends of suppressions count; empty if there is nothing."""
    if not report.undated:
        return ""
    ends = counted(report.undated, "suppression has an end", "suppressions have an end")
    return f"{ends} that nobody judged: say what day it is with --today"


def outcome_line(report: Report) -> str:
    """``412 lines of input: 380 emitted, 12 mapped ...``; empty without a ledger."""
    if report.ledger is None:
        return ""
    outcomes = report.outcomes
    shares = ", ".join(f"{number:,} {outcome.value}" for outcome, number in outcomes.items() if number)
    return f"{counted(sum(outcomes.values()), 'line')} of input: {shares}" if shares else "no input"


def workload_names(budget: Budget) -> list[str]:
    """The workloads as people tell them apart: namesakes with their namespaces."""
    times = Counter(one.object for one in budget.workloads)
    return [
        f"{one.object} ({one.namespace or 'no namespace'})" if times[one.object] > 1 else one.object for one in budget.workloads
    ]


def few(names: Iterable[str], most: int) -> str:
    """The first ``most`` of ``names``, each once, and how many more there are."""
    once = list(dict.fromkeys(names))
    more = [f"and {len(once) - most:,} more"] if len(once) > most else []
    return ", ".join([*once[:most], *more])


def verdict(claim: ClaimCheck) -> str:
    """Whether a stated number is right, in a word."""
    return "right" if claim.ok else "WRONG"


def places(report: Report, finding: Finding) -> tuple[str, ...]:
    """Where a finding stands: the Compose line, if it comes from one, then the manifest's line."""
    found = [finding.source, finding.span] if finding.source else [finding.span]
    return tuple(dict.fromkeys(report.place(span) for span in found))


def state_lines(report: Report) -> tuple[str, ...]:
    """What the system comes to beyond its steady state: while it rolls out, and scaled out; and who states nothing."""
    budget = report.budget
    states = [("While everything rolls out", budget.peak_pods, budget.peak_requests)]
    if any(workload.most for workload in budget.workloads):
        states.append(("Scaled out, rolling out", budget.maximum_pods, budget.maximum_requests))
    beyond = [f"{name}: {_state(pods, asked)}" for name, pods, asked in states if pods > budget.pods]
    unlimited = [f"Without a limit of {name}: {counted(n, 'pod')}" for name, key in _RESOURCES if (n := budget.unlimited(key))]
    return (*beyond, *unlimited, *_guesses(report), *_without(report))


def _state(pods: int, asked: Amounts) -> str:
    shown = told(asked)
    return f"{counted(pods, 'pod')}, {shown['cpu']} CPU, {shown['memory']} memory"


def _guesses(report: Report) -> Iterator[str]:
    if listed(report.budget.assumed):
        yield f"{GUESS} assumed, for nobody states it: {listed(report.budget.assumed)}"


_RESOURCES: tuple[tuple[str, Literal["cpu", "memory"]], ...] = (("CPU", "cpu"), ("memory", "memory"))
GUESS = "~"
"""Stands before an amount of which a part is assumed."""


def guess(amount: str, part: Quantity) -> str:
    """``amount`` with the mark, if ``part`` of it is assumed."""
    return f"{GUESS}{amount}" if part > ZERO else amount


def amount_cells(of: Budget | WorkloadBudget) -> list[str]:
    """CPU request and limit, memory request and limit; what is assumed is marked."""
    asked, allowed = told(of.requests), limited(of.limits)
    cpu, memory = guess(asked["cpu"], of.assumed.cpu), guess(asked["memory"], of.assumed.memory)
    return [cpu, allowed["cpu"], memory, allowed["memory"]]


def size_cell(volume: VolumeBudget) -> str:
    """The size of one claim, marked if it is assumed."""
    return guess(size(volume.size), volume.storage if volume.assumed else ZERO)


def _without(report: Report) -> Iterator[str]:
    """Pods that request nothing: they are placed as if they needed nothing."""
    for name, key in _RESOURCES:
        if number := report.budget.without(key):
            yield f"Requesting no {name}: {number:,} of {counted(report.budget.pods, 'pod')}; the sum says nothing about them"


_STATES = {"steady": "Steady state", "rollout": "Rolling out", "maximum": "Scaled out, rolling out"}


def fit_lines(report: Report) -> tuple[str, ...]:
    """Whether the pods fit the nodes that were named, in each state; what does not, and what a node is taken to give."""
    told_ = [line for name, one in _placed(report) for line in (_fits(name, one, report), *_homeless(one))]
    return (*told_, *_taken(report.fit), *_given(report.fit)) if report.fit else ()


def _placed(report: Report) -> list[tuple[str, Fit]]:
    return [("steady", report.fit), *report.fits] if report.fit else []


def _fits(state: str, fit: Fit, report: Report) -> str:
    nodes, pods = counted(len(fit.loads), "node"), sum(len(load.pods) for load in fit.loads)
    if fit.ok:
        budget = report.budget
        doubts = ["the assumed requests are right"] if listed(budget.assumed) else []
        doubts += ["what requests nothing needs nothing"] if budget.without("cpu") or budget.without("memory") else []
        return f"{_STATES[state]}: all {counted(pods, 'pod')} fit {nodes}" + (f", if {' and '.join(doubts)}" if doubts else "")
    enough = (
        "no number of such nodes is enough" if fit.enough is None else f"{counted(fit.enough, 'such node')} would be enough"
    )
    return f"{_STATES[state]}: no place for {counted(len(fit.unplaced), 'pod')} on {nodes}; {enough}"


def _homeless(fit: Fit) -> Iterator[str]:
    missing = Counter((one.object, one.reason) for one in fit.unplaced)
    yield from (f"- {name} ({counted(number, 'pod')}): {reason}" for (name, reason), number in missing.items())


def _taken(fit: Fit) -> Iterator[str]:
    """What the nodes are taken to have, as nothing says whether they do."""
    wanting: dict[str, list[str]] = {}
    for name, what in fit.assumed:
        wanting.setdefault(what, []).append(name)
    yield from (f"Not looked at: {what}, which {few(names, 3)} asks for" for what, names in wanting.items())


def _given(fit: Fit) -> Iterator[str]:
    """What pods may use of each kind of node: the rest is the system's, and clusters of a cloud take more."""
    sizes = Counter((load.node.capacity, load.node.allocatable) for load in fit.loads)
    for (capacity, allocatable), number in sizes.items():
        yield f"{counted(number, 'node')} of {listed(capacity)}: taken to give pods {listed(allocatable) or 'nothing'}"
    yield "A cloud's nodes give less: `kubectl describe node` says what is allocatable"
