"""Runs every rule over a tree and places what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.finding import Finding
from compose2qt.audit.origins import Origins
from compose2qt.audit.registry import rules
from compose2qt.audit.system import System
from compose2qt.source import pointer

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from compose2qt.audit.registry import Rule
    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Tree
    from compose2qt.source import Span
    from compose2qt.workload import Ledger

RULES = rules()
"""Every rule, by area and number."""


def audit(
    tree: Tree, ledger: Ledger | None = None, *, kubernetes: str = "1.35", today: datetime.date | None = None
) -> tuple[Finding, ...]:
    """What the rules say about the applied objects of ``tree`` and the losses of ``ledger``: the worst first, then by place.

    ``kubernetes`` is the version that the manifests are for. A rule that flags one field several times is heard once.
    """
    system = System(tree, ledger, kubernetes, today)
    origins = Origins(ledger)
    found: dict[tuple[str, str, str, Span], Finding] = {}
    for rule in RULES:
        for subject in _subjects(rule, system):
            for flag in rule.flags(subject, system):
                finding = _finding(rule, flag, origins)
                found.setdefault((rule.code, finding.object, finding.field, finding.span), finding)
    return tuple(sorted(found.values(), key=_order))


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


def _finding(rule: Rule, flag: Flag, origins: Origins) -> Finding:
    item = flag.object
    if item is None:
        assert flag.span is not None, f"{rule.code} flags nowhere"  # noqa: S101 - a bug of the rule
        return Finding(rule.code, rule.name, rule.severity, flag.message, flag.span, fix=rule.fix, source=flag.span)
    field = pointer(flag.path)
    source = flag.span or origins.of(item.id, field)
    return Finding(rule.code, rule.name, rule.severity, flag.message, item.span_of(flag.path), item.id, field, rule.fix, source)
