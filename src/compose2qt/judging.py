"""The judges of a tree together: its budget, its audit, where its pods go, held against what a plan states and allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit import judge
from compose2qt.audit.system import Overrun
from compose2qt.budget import budget, fit
from compose2qt.report import Report, topology_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from compose2qt.budget import Budget, Node
    from compose2qt.manifests import Tree
    from compose2qt.mapping.plan import Plan
    from compose2qt.workload import Ledger


def judged(
    tree: Tree,
    plan: Plan,
    nodes: tuple[Node, ...],
    today: date | None,
    *,
    files: int | None = None,
    ledger: Ledger | None = None,
) -> Report:
    """What the judges say of ``tree``, held against what ``plan`` states, allows and lets stand."""
    computed = budget(tree, plan.numbers, files, len(nodes) or 1, allowed=plan.ceilings, state=plan.ceilings_of)
    said = judge(
        tree, ledger, kubernetes=plan.kubernetes, today=today, ignored=plan.ignored, overruns=_overruns(computed, tree)
    )
    placed = fit(tree, computed, nodes) if nodes else None
    return Report(
        plan.name,
        computed,
        said.findings,
        ledger,
        excused=said.excused,
        fit=placed,
        topology=topology_of(tree),
    )


def _overruns(computed: Budget, tree: Tree) -> Iterator[Overrun]:
    """What the budget found exceeded, as the audit tells it."""
    for one in computed.exceeded:
        told = f": {one.arithmetic}" if one.arithmetic else ""
        yield Overrun(f"{one.name} is {one.computed}, and the budget allows {one.claimed}{told}", one.span)
    for quota in computed.quotas:
        if not quota.ok:
            told = f": {quota.arithmetic}" if quota.arithmetic else ""
            message = f"the quota allows {quota.hard} {quota.resource}, and the tree asks for {quota.used}{told}"
            yield Overrun(message, None, tree.index[quota.object], ("spec", "hard", quota.resource))
