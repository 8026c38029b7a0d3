"""Autoscalers. Source: ``ValidateHorizontalPodAutoscalerSpec``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import at, has, items, number, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

SCALE_TO_ZERO = 37
"""The minor version from which an autoscaler may scale to zero, by metrics from outside of the pods."""


@rule("autoscaler-bounds", "HorizontalPodAutoscalerSpec")
def autoscaler_bounds(spec: Mapping, minor: int) -> Iterator[Violation]:
    """``maxReplicas`` is at least ``minReplicas``, which is at least 1; 0 works from 1.37 on by Object or External metrics."""
    least, most = number(spec, "minReplicas"), number(spec, "maxReplicas")
    if most is not None and most < 1:
        yield Violation(f"{most} replicas at most", ("maxReplicas",), "use 1 or more")
    if most is not None and most < (1 if least is None else least):
        yield Violation("maxReplicas is below minReplicas", ("maxReplicas",), "raise it")
    if least is not None and least < 1 and not (least == 0 and minor >= SCALE_TO_ZERO and _counts_from_outside(spec)):
        yield Violation(f"{least} replicas at least", ("minReplicas",), "use 1 or more")


def _counts_from_outside(spec: Mapping) -> bool:
    return any(text(metric, "type") in {"Object", "External"} for metric in items(spec, "metrics"))


@rule("autoscaler-metric", "MetricSpec")
def autoscaler_metric(metric: Mapping) -> Iterator[Violation]:
    """A metric's source is the one that its type names."""
    kind = text(metric, "type")
    field = kind[:1].lower() + kind[1:]
    given = [name for name in metric.entries if name != "type" and has(metric, name)]
    if kind and given != [field]:
        yield Violation(f"a metric of type {kind} has exactly the field {field}", ("type",), f"write {field}")


@rule("autoscaler-target", "MetricTarget")
def autoscaler_target(target: Mapping) -> Iterator[Violation]:
    """A target is above zero, in the field that its type names."""
    fields = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}
    field = fields.get(text(target, "type"))
    if field and not has(target, field):
        yield Violation(f"a target of type {text(target, 'type')} has {field}", ("type",), f"write {field}")
    if (percent := number(target, "averageUtilization")) is not None and percent < 1:
        yield Violation(f"{percent} percent", ("averageUtilization",), "use 1 or more")


@rule("autoscaler-both-targets", "ResourceMetricSource", "ContainerResourceMetricSource")
def autoscaler_both_targets(metric: Mapping) -> Iterator[Violation]:
    """A resource is aimed at by its utilization or by an amount, not by both."""
    if has(metric, "target", "averageUtilization") and has(metric, "target", "averageValue"):
        yield Violation("the target is given twice", ("target", "averageValue"), "keep averageUtilization or averageValue")


@rule("autoscaler-pace", "HPAScalingRules")
def autoscaler_pace(rules: Mapping) -> Iterator[Violation]:
    """The window is an hour at most; a policy changes one pod or percent or more within 1 to 1800 seconds."""
    if (window := number(rules, "stabilizationWindowSeconds")) is not None and not 0 <= window <= 3600:
        yield Violation(f"{window} seconds", ("stabilizationWindowSeconds",), "use 0 to 3600")
    if at(rules, ("policies",)) is not None and not items(rules, "policies"):
        yield Violation("there is no policy", ("policies",), "write one, or remove the empty list")
    for index, policy in enumerate(items(rules, "policies")):
        for field, most in (("value", None), ("periodSeconds", 1800)):
            count = number(policy, field)
            if count is not None and (count < 1 or (most is not None and count > most)):
                fix = "use 1 or more" if most is None else f"use 1 to {most}"
                yield Violation(f"{count} is no {field}", ("policies", index, field), fix)


@rule("autoscaler-of-nothing", "CrossVersionObjectReference")
def autoscaler_of_nothing(reference: Mapping) -> Iterator[Violation]:
    """What is scaled or measured has a kind and a name."""
    for field in ("kind", "name"):
        if has(reference, field) and not text(reference, field):
            yield Violation(f"the {field} is empty", (field,), f"write the {field}")
