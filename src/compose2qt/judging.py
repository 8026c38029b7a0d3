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
    guessed, count = ledger.inferred if ledger else {}, len(nodes) or 1
    computed = budget(tree, plan.numbers, files, count, allowed=plan.ceilings, state=plan.ceilings_of, assumed=guessed)
    overruns = _overruns(computed, tree)
    said = judge(tree, ledger, kubernetes=plan.kubernetes, today=today, ignored=plan.ignored, overruns=overruns)
    states = {state: computed.at_state(state) for state in ("rollout", "maximum")} if nodes else {}
    more = {state: one for state, one in states.items() if one.pods > computed.pods}
    if "rollout" in more and "maximum" in more and more["rollout"] == more["maximum"]:
        del more["maximum"]
    return Report(
        plan.name,
        computed,
        said.findings,
        ledger,
        excused=said.excused,
        undated=said.undated,
        fit=fit(tree, computed, nodes) if nodes else None,
        fits=tuple((state, fit(tree, one, nodes)) for state, one in more.items()),
        topology=topology_of(tree, said.calls),
    )


def _overruns(computed: Budget, tree: Tree) -> Iterator[Overrun]:
    """What the budget found exceeded, as the audit tells it."""
    for one in computed.exceeded:
        told = f": {one.arithmetic}" if one.arithmetic else ""
        yield Overrun(f"{one.name} is {one.computed}, and the budget allows {one.claimed}{told}", one.span)
    quotas = {
        (item.namespace, item.id): item for item in reversed(tree.objects) if item.kind == "ResourceQuota" and item.applied
    }
    for quota in computed.quotas:
        if not quota.ok:
            told = f": {quota.arithmetic}" if quota.arithmetic else ""
            message = f"the quota allows {quota.hard} {quota.resource}, and the tree asks for {quota.used}{told}"
            yield Overrun(message, None, quotas[quota.namespace, quota.object], ("spec", "hard", quota.resource))
