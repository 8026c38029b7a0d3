"""What a tree of manifests asks of a cluster: CPU, memory, storage, pods, beside what a document states of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.budget.assumptions import assumed_amounts, assumed_gaps, is_assumed_size
from compose2qt.budget.ceilings import ceilings
from compose2qt.budget.claims import check
from compose2qt.budget.counting import counts
from compose2qt.budget.fit import Fit, fit
from compose2qt.budget.model import Amounts, Budget, ClaimCheck, Gap, QuotaCheck, VolumeBudget, WorkloadBudget
from compose2qt.budget.nodes import Node, parse_nodes
from compose2qt.budget.pod import effective, gaps
from compose2qt.budget.proposals import limit_range, quota
from compose2qt.budget.quotas import quotas
from compose2qt.budget.scale import range_of, ranges, running, surge
from compose2qt.budget.storage import storage_gaps, volumes, without_made
from compose2qt.manifests.defaults import defaults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from compose2qt.budget.scale import Ranges
    from compose2qt.manifests.defaults import Defaults
    from compose2qt.manifests.model import Object, Tree
    from compose2qt.mapping.plan import NumberClaim
    from compose2qt.source import Path

__all__ = [
    "Amounts",
    "Budget",
    "ClaimCheck",
    "Fit",
    "Gap",
    "Node",
    "QuotaCheck",
    "VolumeBudget",
    "WorkloadBudget",
    "budget",
    "fit",
    "limit_range",
    "parse_nodes",
    "quota",
]


def budget(
    tree: Tree,
    numbers: Iterable[NumberClaim] = (),
    files: int | None = None,
    nodes: int = 1,
    *,
    allowed: Iterable[NumberClaim] = (),
    state: str = "steady",
    assumed: Mapping[str, Collection[Path]] | None = None,
) -> Budget:
    """What the applied objects of ``tree`` ask for; ``numbers`` are stated ones to compare, ``allowed`` the most in ``state``.

    ``files`` is the number of files that a claim of ``files`` means; None: those of the tree. A DaemonSet counts once for
    each of ``nodes``. ``assumed`` are the fields, by ``Kind/name``, whose values nobody stated.
    """
    everything = [item for item in tree.objects if item.applied]
    scaled, guessed = ranges(everything), assumed or {}
    applied = without_made(everything, scaled)
    workloads = [item for item in applied if item.pod_path is not None]
    limits = [item for item in applied if item.kind == "LimitRange"]
    given = {name: defaults(limits, name) for name in {item.namespace for item in workloads}}
    claimed = tuple(
        replace(volume, assumed=is_assumed_size(guessed.get(item.id, ())))
        for item in applied
        for volume in volumes(item, scaled)
    )
    made = (_workload(item, scaled, given[item.namespace], nodes) for item in workloads)
    computed = Budget(
        tuple(
            replace(one, pod_assumed=assumed_amounts(item, guessed.get(item.id, ())))
            for item, one in zip(workloads, made, strict=True)
        ),
        claimed,
        (
            *(gap for item in workloads for gap in gaps(item, given[item.namespace])),
            *(gap for item in applied for gap in storage_gaps(item)),
            *(gap for item in applied for gap in assumed_gaps(item, guessed.get(item.id, ()))),
        ),
        counts=counts(applied, claimed),
        bounded=frozenset(item.kind for item in applied if item.kind in ("ResourceQuota", "LimitRange")),
    )
    count = len(tree.files) if files is None else files
    return replace(
        computed,
        claims=tuple(check(computed, number, count) for number in numbers),
        ceilings=ceilings(computed, allowed, state),
        quotas=quotas(computed, applied),
    )


def _workload(item: Object, scaled: Ranges, given: Defaults, nodes: int) -> WorkloadBudget:
    pod = item.at(*item.pod_path or ())
    pods, most = running(item, scaled, nodes), range_of(item, scaled).most
    asked, allowed = effective(pod, "requests", given), effective(pod, "limits", given)
    filled = f"what it leaves open is given by {' and '.join(given.givers)}" if given.givers and any(gaps(item)) else ""
    return WorkloadBudget(
        item.id,
        item.span,
        pods.count,
        asked,
        allowed,
        "; ".join(part for part in (pods.note, filled) if part),
        surge(item, pods.count),
        most,
        item.kind == "DaemonSet",
        item.namespace,
        surge(item, max(pods.count, most)),
    )
