"""Label selectors, and the templates that they must match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import at, entries, flag, has, items, text, texts
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.selection import selects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_TAKES_VALUES = frozenset(("In", "NotIn"))


@rule("selector-mismatch", "DeploymentSpec", "StatefulSetSpec", "DaemonSetSpec", "ReplicaSetSpec")
def selector_mismatch(spec: Mapping) -> Iterator[Violation]:
    """A workload's selector selects the pods of its own template; otherwise it would make pods for ever."""
    selector = at(spec, ("selector",))
    labels = texts(spec, "template", "metadata", "labels")
    if selector is not None and has(spec, "template") and not selects(selector, labels):
        yield Violation(
            "the selector does not match the labels of the template",
            ("selector",),
            "give the template the labels of the selector",
        )


@rule("empty-selector", "DeploymentSpec", "StatefulSetSpec", "DaemonSetSpec", "ReplicaSetSpec")
def empty_selector(spec: Mapping) -> Iterator[Violation]:
    """A workload's selector names at least one label: an empty one would select the pods of others."""
    if (
        has(spec, "selector")
        and not entries(spec, "selector", "matchLabels")
        and not items(spec, "selector", "matchExpressions")
    ):
        yield Violation("the selector is empty", ("selector",), "select by a label of the template")


@rule("bad-selector", "LabelSelectorRequirement", "NodeSelectorRequirement")
def bad_selector(node: Mapping) -> Iterator[Violation]:
    """``In`` and ``NotIn`` take values, ``Exists`` and ``DoesNotExist`` take none."""
    operator, values = text(node, "operator"), items(node, "values")
    if operator in _TAKES_VALUES and not values:
        yield Violation(f"{operator} takes values", ("values",), "list the values")
    if operator in {"Exists", "DoesNotExist"} and values:
        yield Violation(f"{operator} takes no values", ("values",), "remove the values")
    if operator in {"Gt", "Lt"} and len(values) != 1:
        yield Violation(f"{operator} takes one value", ("values",), "give one whole number as text")


@rule("job-selector", "JobSpec")
def job_selector(spec: Mapping) -> Iterator[Violation]:
    """A Job's selector is made by the API server, unless ``manualSelector`` is true."""
    if has(spec, "selector") and flag(spec, "manualSelector") is not True:
        yield Violation("the selector of a Job is generated", ("selector",), "remove it")
