"""Runs every rule over a tree and places what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compose2qt.audit.calls import calls
from compose2qt.audit.filling import filled
from compose2qt.audit.finding import Finding
from compose2qt.audit.keys import where
from compose2qt.audit.origins import Origins
from compose2qt.audit.registry import AREAS, rules
from compose2qt.audit.system import System
from compose2qt.source import pointer
from compose2qt.workload import Loss

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from compose2qt.audit.finding import Excuse
    from compose2qt.audit.registry import Rule
    from compose2qt.audit.subject import Flag
    from compose2qt.audit.suppression import Suppression
    from compose2qt.audit.system import Overrun
    from compose2qt.manifests.model import Tree
    from compose2qt.mapping.plan import Ignored
    from compose2qt.source import Span
    from compose2qt.workload import Ledger

RULES = rules()
"""Every rule, by area and number."""


class Judgement(NamedTuple):
    """What the rules say: the findings that stand, and those that are excused."""

    findings: tuple[Finding, ...]
    excused: tuple[Finding, ...]
    undated: int = 0
    """The ends of suppressions that are not judged, for nobody says what day it is."""
    calls: tuple[tuple[str, str], ...] = ()
    """The workloads and the Services that they use, by ``Kind/name``."""


def audit(
    tree: Tree,
    ledger: Ledger | None = None,
    *,
    kubernetes: str = "1.35",
    today: datetime.date | None = None,
    ignored: Iterable[Ignored] = (),
) -> tuple[Finding, ...]:
    """What the rules say about the applied objects of ``tree`` and the losses of ``ledger``: the worst first, then by place.

    ``kubernetes`` is the version that the manifests are for; ``today`` decides which suppressions have expired.
    ``ignored`` is what a mapping spec lets stand. A rule that flags one field several times is heard once.
    """
    return judge(tree, ledger, kubernetes=kubernetes, today=today, ignored=ignored).findings


def judge(
    tree: Tree,
    ledger: Ledger | None = None,
    *,
    kubernetes: str = "1.35",
    today: datetime.date | None = None,
    ignored: Iterable[Ignored] = (),
    overruns: Iterable[Overrun] = (),
) -> Judgement:
    """As ``audit``, with what is excused; ``overruns`` are the amounts that the budget found exceeded."""
    system = System(tree, ledger, kubernetes, today, ignored=ignored, overruns=overruns)
    origins = Origins(ledger)
    found: dict[tuple[str, str, str, Span], Finding] = {}
    for rule in RULES:
        excuses = [one for one in system.suppressions if one.rule in (rule.name, rule.code) and one.holds(today)]
        if rule.area == AREAS["AUD"]:
            excuses = []  # what is said of suppressions cannot be hidden by one
        for subject in _subjects(rule, system):
            for flag in rule.flags(subject, system):
                excuse = _excuse(flag, subject, excuses, system.used) if excuses else None
                finding = _finding(rule, flag, origins, excuse)
                found.setdefault((rule.code, finding.object or finding.message, finding.field, finding.span), finding)
    ordered = sorted(found.values(), key=_order)
    undated = sum(one.until is not None for one in system.suppressions) if today is None else 0
    stand, excused = (tuple(one for one in ordered if bool(one.excuse) is is_excused) for is_excused in (False, True))
    return Judgement(stand, excused, undated, tuple(calls(system)))


def _excuse(flag: Flag, subject: object, excuses: list[Suppression], used: set[int]) -> Excuse | None:
    """Why ``flag`` may stand; every suppression that says so is of use."""
    service = subject.service if isinstance(subject, Loss) else ""
    covering = [one for one in excuses if one.covers(flag.object, service)]
    used.update(id(one) for one in covering)
    return covering[0].excuse if covering else None


def _order(finding: Finding) -> tuple[object, ...]:
    return (-finding.severity, finding.span, finding.code, finding.object, finding.field, finding.message)


def _subjects(rule: Rule, system: System) -> Iterable[object]:
    match rule.subject:
        case "Container":
            return system.containers
        case "Pod":
            return system.pods
        case "Loss":
            return system.losses
        case "Object":
            return system.of(*rule.kinds) if rule.kinds else system.objects
    return (system,)


def _finding(rule: Rule, flag: Flag, origins: Origins, excuse: Excuse | None) -> Finding:
    item = flag.object
    if item is None:
        assert flag.span is not None, f"{rule.code} flags nowhere"  # noqa: S101 - a bug of the rule
        at, patch = flag.span, filled(rule.patch, flag)
        return Finding(
            rule.code, rule.name, flag.severity or rule.severity, flag.message, at, "", "", rule.fix, at, patch, excuse
        )
    field = pointer(flag.path)
    source = flag.span or origins.of(item.id, field)
    span = item.span_of(flag.path)
    told = (
        where(rule.name, flag.path, is_mapped=origins.is_mapped(item.id, field)) if origins.is_known and not flag.span else ""
    )
    return Finding(
        rule.code,
        rule.name,
        flag.severity or rule.severity,
        flag.message,
        span,
        item.id,
        field,
        f"{rule.fix} ({told})" if told else rule.fix,
        source,
        filled(rule.patch, flag),
        excuse,
    )
