"""A ResourceQuota and a LimitRange that let the system run and roll out, and nothing beside it grow without bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.budget.model import Budget


def quota(budget: Budget) -> dict[str, str]:
    """``spec.hard`` of a ResourceQuota: the most that the pods ask for, all rolling out and scaled out.

    Limits are only bounded where every container has one: a quota on limits refuses pods without.
    """
    hard = {
        "requests.cpu": budget.maximum_requests.cpu.milli,
        "requests.memory": budget.maximum_requests.memory.within("Mi"),
        "pods": str(budget.maximum_pods),
        "persistentvolumeclaims": str(sum(volume.count for volume in budget.volumes)),
        "requests.storage": budget.storage.within("Gi"),
    }
    missing = {gap.resource for gap in budget.gaps}
    if "limits.cpu" not in missing:
        hard["limits.cpu"] = budget.maximum_limits.cpu.milli
    if "limits.memory" not in missing:
        hard["limits.memory"] = budget.maximum_limits.memory.within("Mi")
    return hard


def limit_range(budget: Budget) -> dict[str, dict[str, str]]:
    """A LimitRange's ``default`` and ``defaultRequest`` of containers, for what sets none: small, so that nobody is surprised.

    Empty where every container has its requests and limits.
    """
    if not any(gap.resource.startswith(("requests.", "limits.")) and gap.resource != "requests.storage" for gap in budget.gaps):
        return {}
    return {"defaultRequest": {"cpu": "50m", "memory": "64Mi"}, "default": {"cpu": "500m", "memory": "256Mi"}}
