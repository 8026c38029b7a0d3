"""A report as plain data: what ``--format json`` prints and ``schema.py`` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compose2qt.budget import limit_range, quota
from compose2qt.report.rows import decision_rows
from compose2qt.source import pointer
from compose2qt.source.json_text import json_text
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from compose2qt.audit.finding import Excuse, Finding
    from compose2qt.budget import Amounts, Budget, ClaimCheck, Fit, Gap, QuotaCheck, VolumeBudget, WorkloadBudget
    from compose2qt.mapping.edit import Drop, Put
    from compose2qt.report.model import Report
    from compose2qt.report.rows import DecisionRow
    from compose2qt.source import Span
    from compose2qt.workload import Entry, Loss

SCHEMA = "compose2qt/report/v1"
"""Names the shape of the data; it changes when a reader of the old shape would break."""

Data = dict[str, Any]


def render_json(report: Report) -> str:
    """``report`` as JSON, ending with a newline."""
    return json_text(as_data(report)) + "\n"


def as_data(report: Report) -> Data:
    """``report`` as JSON types; lists keep the order of manifests and sources."""
    data: Data = {
        "schema": SCHEMA,
        "title": report.title,
        "budget": _budget(report, report.budget),
        "findings": [_finding(report, finding) for finding in report.findings],
        "excused": [{**_finding(report, finding), **_excuse(report, finding.excuse)} for finding in report.excused],
        "ends_not_judged": report.undated,
    }
    if report.ledger is not None:
        data["decisions"] = [_decision(report, row) for row in decision_rows(report)]
        data["ledger"] = [_entry(report, entry) for entry in report.ledger.entries]
    return data


def _place(report: Report, span: Span) -> Data:
    return {"file": report.relative(span.file), "line": span.line}


def _excuse(report: Report, excuse: Excuse | None) -> Data:
    if excuse is None:
        return {"excuse": "", "until": None, "excused_at": None}
    until, place = excuse.until, excuse.span
    return {
        "excuse": excuse.reason,
        "until": until.isoformat() if until else None,
        "excused_at": _place(report, place) if place else None,
    }


def _budget(report: Report, budget: Budget) -> Data:
    return {
        "pods": budget.pods,
        "requests": amounts(budget.requests),
        "limits": _limits(budget.limits),
        "assumed": {**amounts(budget.assumed), "storage": budget.assumed_storage.within("Gi")},
        "storage": budget.storage.within("Gi"),
        "storage_by": [
            {"storage_class": kind, "access_modes": list(modes), "size": size.within("Gi")}
            for (kind, modes), size in budget.storage_by_kind.items()
        ],
        "peak": {"pods": budget.peak_pods, "requests": amounts(budget.peak_requests)},
        "maximum": {"pods": budget.maximum_pods, "requests": amounts(budget.maximum_requests)},
        "quota": quota(budget),
        "limit_range": limit_range(budget),
        "fit": _fit(report.fit) if report.fit else None,
        "fits": {state: _fit(one) for state, one in report.fits},
        "workloads": [_workload(report, workload) for workload in budget.workloads],
        "volumes": [_volume(report, volume) for volume in budget.volumes],
        "gaps": [_gap(report, gap) for gap in budget.gaps],
        "claims": [_claim(report, claim) for claim in budget.claims],
        "ceilings": [_claim(report, ceiling) for ceiling in budget.ceilings],
        "quotas": [_quota(report, one) for one in budget.quotas],
        "namespaces": [_namespace(name, budget.of(name)) for name in budget.namespaces],
    }


def _fit(fit: Fit) -> Data:
    loads = [
        {
            "node": load.node.name,
            "allocatable": amounts(load.node.allocatable),
            "requests": amounts(load.used),
            "pods": list(load.pods),
        }
        for load in fit.loads
    ]
    unplaced = [{"object": one.object, "reason": one.reason} for one in fit.unplaced]
    assumed = [{"object": name, "what": what} for name, what in fit.assumed]
    return {"ok": fit.ok, "nodes": loads, "unplaced": unplaced, "enough": fit.enough, "not_looked_at": assumed}


def amounts(value: Amounts) -> dict[str, str]:
    """CPU in millicores, memory in mebibytes: units in which totals can be compared."""
    return {"cpu": value.cpu.milli, "memory": value.memory.within("Mi")}


def _limits(value: Amounts) -> dict[str, str | None]:
    """Limits in the same units; None where there is none, which is not a limit of zero."""
    shown = amounts(value)
    return {"cpu": shown["cpu"] if value.cpu > ZERO else None, "memory": shown["memory"] if value.memory > ZERO else None}


def _workload(report: Report, workload: WorkloadBudget) -> Data:
    return {
        "object": workload.object,
        "namespace": workload.namespace,
        **_place(report, workload.span),
        "pods": workload.pods,
        "surge": workload.surge,
        "maximum": workload.maximum,
        "pod": {"requests": amounts(workload.pod_requests), "limits": _limits(workload.pod_limits)},
        "requests": amounts(workload.requests),
        "limits": _limits(workload.limits),
        "assumed": amounts(workload.assumed),
        "note": workload.note,
    }


def _volume(report: Report, volume: VolumeBudget) -> Data:
    return {
        "object": volume.object,
        "name": volume.name,
        **_place(report, volume.span),
        "count": volume.count,
        "size": volume.size.within("Gi"),
        "access_modes": list(volume.access_modes),
        "storage_class": volume.storage_class,
        "assumed": volume.assumed,
    }


def _gap(report: Report, gap: Gap) -> Data:
    return {
        "object": gap.object,
        "container": gap.container,
        "resource": gap.resource,
        "reason": gap.reason,
        "assumed": gap.assumed or None,
        **_place(report, gap.span),
    }


def _quota(report: Report, one: QuotaCheck) -> Data:
    return {
        "object": one.object,
        "resource": one.resource,
        "hard": one.hard,
        "used": one.used,
        "ok": one.ok,
        "arithmetic": one.arithmetic,
        **_place(report, one.span),
    }


def _namespace(name: str, own: Budget) -> Data:
    return {
        "namespace": name,
        "pods": own.pods,
        "requests": amounts(own.requests),
        "limits": _limits(own.limits),
        "storage": own.storage.within("Gi"),
        "objects": kinds(own),
    }


def kinds(own: Budget) -> dict[str, int]:
    """The number of objects by kind, in the order of the tree."""
    found: dict[str, int] = {}
    for one in own.counts:
        found[one.kind] = found.get(one.kind, 0) + one.number
    return found


def _claim(report: Report, claim: ClaimCheck) -> Data:
    place = _place(report, claim.span) if claim.span else {"file": None, "line": None}
    return {
        "name": claim.name,
        "claimed": claim.claimed,
        "computed": claim.computed,
        "ok": claim.ok,
        "arithmetic": claim.arithmetic,
        **place,
    }


def _finding(report: Report, finding: Finding) -> Data:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.label,
        "message": finding.message,
        **_place(report, finding.span),
        "column": finding.span.column,
        "object": finding.object,
        "field": finding.field,
        "fix": finding.fix,
        "patch": [_edit(edit) for edit in finding.patch],
        "source": _place(report, finding.source) if finding.source else None,
    }


def _edit(edit: Put | Drop) -> Data:
    """An edit of the mapping; without a ``value`` what stands at its path is removed."""
    return {"path": pointer(edit.path)} | ({"value": edit.value} if hasattr(edit, "value") else {})


def _decision(report: Report, row: DecisionRow) -> Data:
    return {
        "by": row.by,
        "reason": row.reason,
        "services": list(row.services),
        "objects": list(row.objects),
        "fields": list(row.fields),
        "lines": row.lines,
        "place": _place(report, row.place) if row.place else None,
    }


def _entry(report: Report, entry: Entry) -> Data:
    return {
        "path": pointer(entry.leaf.path),
        **_place(report, entry.leaf.span),
        "outcome": entry.outcome.value,
        "reason": entry.reason,
        "decided_at": _place(report, entry.at) if entry.at else None,
        "to": [{"object": field.object, "field": field.field} for field in entry.to],
        "losses": [_loss(loss) for loss in entry.losses],
    }


def _loss(loss: Loss) -> Data:
    return {"code": loss.code, "reason": loss.reason, "fix": loss.fix}
