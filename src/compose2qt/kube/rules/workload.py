"""Counts and update strategies of workloads. Source: ``pkg/apis/apps/validation``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_percent
from compose2qt.kube.reading import at, has, number, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping, Node

ALL = 100
_COUNTS = (
    "replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds", "completions", "parallelism",
    "backoffLimit", "ttlSecondsAfterFinished", "successfulJobsHistoryLimit", "failedJobsHistoryLimit", "backoffLimitPerIndex",
    "startingDeadlineSeconds", "terminationGracePeriodSeconds", "maxFailedIndexes", "start",
)  # fmt: skip


@rule(
    "negative-count",
    "DeploymentSpec",
    "StatefulSetSpec",
    "DaemonSetSpec",
    "ReplicaSetSpec",
    "JobSpec",
    "CronJobSpec",
    "PodSpec",
    "StatefulSetOrdinals",
)
def negative_count(spec: Mapping) -> Iterator[Violation]:
    """Numbers of replicas, revisions, retries and seconds are not negative."""
    for field in _COUNTS:
        if (count := number(spec, field)) is not None and count < 0:
            yield Violation(f"{count} is negative", (field,), "use 0 or more")


@rule("strategy-mismatch", "DeploymentStrategy", "StatefulSetUpdateStrategy", "DaemonSetUpdateStrategy")
def strategy_mismatch(strategy: Mapping) -> Iterator[Violation]:
    """``rollingUpdate`` stands only beside the type ``RollingUpdate``: not beside ``Recreate`` or ``OnDelete``."""
    kind = text(strategy, "type")
    if kind not in {"", "RollingUpdate"} and has(strategy, "rollingUpdate"):
        yield Violation(f"rollingUpdate has no meaning beside {kind}", ("rollingUpdate",), "remove rollingUpdate")


@rule("rollout-stuck", "RollingUpdateDeployment", "RollingUpdateDaemonSet")
def rollout_stuck(update: Mapping) -> Iterator[Violation]:
    """A rollout needs room: ``maxSurge`` and ``maxUnavailable`` are not both zero."""
    if all(_is_zero(at(update, (field,))) for field in ("maxSurge", "maxUnavailable")):
        yield Violation("neither a pod more nor a pod less is allowed", ("maxUnavailable",), "allow one of the two")


def _is_zero(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value in {0, "0%"} and node.value is not False


@rule("bad-percent", "RollingUpdateDeployment", "RollingUpdateDaemonSet", "PodDisruptionBudgetSpec")
def bad_percent(node: Mapping) -> Iterator[Violation]:
    """An amount of pods is a whole number of 0 or more, or a percentage such as ``25%``."""
    for field in ("maxSurge", "maxUnavailable", "minAvailable"):
        written, count = text(node, field), number(node, field)
        if written and not is_percent(written):
            yield Violation(f"{shown(written)} is not a percentage", (field,), "write a number, or a percentage such as 25%")
        if count is not None and count < 0:
            yield Violation(f"{count} is negative", (field,), "use 0 or more")


@rule("deadline-before-ready", "DeploymentSpec")
def deadline_before_ready(spec: Mapping) -> Iterator[Violation]:
    """``progressDeadlineSeconds`` (600 unless written) is longer than ``minReadySeconds``: else no rollout could succeed."""
    deadline, ready = number(spec, "progressDeadlineSeconds"), number(spec, "minReadySeconds") or 0
    if (600 if deadline is None else deadline) <= ready:
        yield Violation(
            "progressDeadlineSeconds is not longer than minReadySeconds", ("minReadySeconds",), "raise the deadline"
        )


@rule("over-all-pods", "RollingUpdateDeployment", "RollingUpdateDaemonSet", "PodDisruptionBudgetSpec")
def over_all_pods(update: Mapping) -> Iterator[Violation]:
    """No more than all pods can be missing, or be asked to stay."""
    for field in ("maxUnavailable", "minAvailable"):
        written = text(update, field)
        if is_percent(written) and int(written.removesuffix("%")) > ALL:
            yield Violation(f"{shown(written)} is more than all pods", (field,), "use at most 100%")


@rule("surge-and-absence", "RollingUpdateDaemonSet")
def surge_and_absence(update: Mapping) -> Iterator[Violation]:
    """A DaemonSet starts the new pod of a node first, or stops the old one first: one of the two numbers is 0."""
    surge, absence = at(update, ("maxSurge",)), at(update, ("maxUnavailable",))
    if surge is not None and not _is_zero(surge) and absence is not None and not _is_zero(absence):
        yield Violation("a pod more and a pod less are both allowed", ("maxSurge",), "set one of the two to 0")
