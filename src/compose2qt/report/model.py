"""What a report tells, independent of how it is shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.diagnostic import Severity
from compose2qt.workload import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.audit.finding import Finding
    from compose2qt.budget import Budget, Fit
    from compose2qt.report.sides import Sides
    from compose2qt.report.topology import Topology
    from compose2qt.source import Span
    from compose2qt.workload import Ledger


OVER_BUDGET = "over-budget"
"""The rule whose findings fail a run whatever its threshold is."""


class Report(Struct, frozen=True):
    """The budget, the audit and, for a Compose project, the ledger of one system.

    ``relative`` turns the file of a span into the name that the report shows: the same wherever the program runs.
    """

    title: str
    budget: Budget
    findings: tuple[Finding, ...] = ()
    ledger: Ledger | None = None
    relative: Callable[[str], str] = str
    excused: tuple[Finding, ...] = ()
    """What a person let stand, each with the reason in ``excuse``: it counts nowhere."""
    undated: int = 0
    """The ends of suppressions that are not judged, for nobody says what day it is."""
    fit: Fit | None = None
    """Where the pods of the steady state go, if nodes were named."""
    fits: tuple[tuple[str, Fit], ...] = ()
    """Where they go in the states that have more pods: ``rollout``, ``maximum``."""
    topology: Topology | None = None
    """What leads to what, for the page."""
    sides: Callable[[], Sides] | None = None
    """Compose and manifests side by side, for the page; made when it is asked for."""

    def place(self, span: Span) -> str:
        """``file:line`` as people read it."""
        return f"{self.relative(span.file)}:{span.line}"

    @property
    def severities(self) -> dict[Severity, int]:
        """The number of findings of each severity, the worst first."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in reversed(Severity)}

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """The number of source leaves with each outcome; empty without a ledger."""
        if self.ledger is None:
            return {}
        counts = Counter(entry.outcome for entry in self.ledger.entries)
        return {outcome: counts[outcome] for outcome in Outcome}

    @property
    def is_over_budget(self) -> bool:
        """Whether more is asked for than the mapping allows, and nobody let that stand."""
        return any(finding.name == OVER_BUDGET for finding in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The highest severity found, for ``--fail-on``; None if nothing was found."""
        return max((finding.severity for finding in self.findings), default=None)
