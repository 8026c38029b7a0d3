"""What bounds the system: the budget of the mapping, quotas, and the totals that they are about, as rows for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.budget import limit_range, quota
from compose2qt.report.data import kinds
from compose2qt.report.units import size, told

if TYPE_CHECKING:
    from compose2qt.budget import Budget
    from compose2qt.report.model import Report

CEILINGS = ("budget", "allowed", "asked for", "", "arithmetic")
QUOTAS = ("quota", "resource", "allowed", "asked for", "", "arithmetic")
NAMESPACES = ("namespace", "pods", "CPU request", "memory request", "storage", "objects")


def ceiling_rows(report: Report) -> list[list[str]]:
    """What the mapping allows beside what is asked for."""
    return [
        [one.name, one.claimed, one.computed, "kept" if one.ok else "OVER", one.arithmetic] for one in report.budget.ceilings
    ]


def quota_rows(report: Report) -> list[list[str]]:
    """What the quotas of the tree allow beside what is asked for."""
    return [
        [one.object, one.resource, one.hard, one.used, "kept" if one.ok else "OVER", one.arithmetic]
        for one in report.budget.quotas
    ]


def namespace_rows(report: Report) -> list[list[str]]:
    """The total of each namespace, if there are several."""
    names = report.budget.namespaces
    return [_namespace(name, report.budget.of(name)) for name in names] if len(names) > 1 else []


def _namespace(name: str, own: Budget) -> list[str]:
    asked = told(own.requests)
    objects = ", ".join(f"{number} {kind}" for kind, number in kinds(own).items())
    return [name or "(not written)", str(own.pods), asked["cpu"], asked["memory"], size(own.storage), objects]


def object_line(report: Report) -> str:
    """The number of objects by kind, in a line."""
    return ", ".join(f"{number} {kind}" for kind, number in kinds(report.budget).items())


def proposals(report: Report) -> str:
    """A ResourceQuota and a LimitRange that the tree lacks, as YAML; empty if it has what it needs."""
    budget = report.budget
    parts: list[str] = []
    if "ResourceQuota" not in budget.bounded and budget.workloads:
        hard = "".join(f'\n    {key}: "{amount}"' for key, amount in quota(budget).items())
        parts.append(f"apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: total\nspec:\n  hard:{hard}\n")
    if "LimitRange" not in budget.bounded and (defaults := limit_range(budget)):
        limits = "".join(
            f"\n      {side}:" + "".join(f"\n        {key}: {amount}" for key, amount in given.items())
            for side, given in defaults.items()
        )
        parts.append(
            f"apiVersion: v1\nkind: LimitRange\nmetadata:\n  name: defaults\nspec:\n  limits:\n    - type: Container{limits}\n"
        )
    return "---\n".join(parts)
