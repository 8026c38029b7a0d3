"""Effective requests and limits of a pod, as the scheduler computes them."""

from __future__ import annotations

import pytest

from compose2qt.budget import budget
from compose2qt.budget.pod import effective
from compose2qt.diagnostic import Collector
from compose2qt.manifests.model import Object, Tree
from compose2qt.source import Mapping, kubernetes_scalar, read_yaml


def pod(text: str) -> Mapping:
    node = read_yaml(text, "pod.yaml", Collector(), resolve=kubernetes_scalar)[0]
    assert isinstance(node, Mapping)
    return node


def tree(text: str) -> Tree:
    nodes = read_yaml(text, "all.yaml", Collector(), resolve=kubernetes_scalar)
    return Tree(tuple(Object(node, "all.yaml") for node in nodes if isinstance(node, Mapping)), ("all.yaml",))


# (pod spec, CPU requests, memory requests, CPU limits, memory limits); source: KEP-753, KEP-2837.
CASES = {
    "containers add up": (
        "containers: [{resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: '1', memory: 128Mi}}},"
        " {resources: {requests: {cpu: 200m, memory: 64Mi}, limits: {cpu: '1', memory: 1Gi}}}]",
        ("300m", "128Mi", "2000m", "1152Mi"),
    ),
    "a limit without a request is the request": (
        "containers: [{resources: {limits: {cpu: 500m, memory: 256Mi}}}]",
        ("500m", "256Mi", "500m", "256Mi"),
    ),
    "an init container runs alone": (
        "initContainers: [{resources: {requests: {cpu: '2', memory: 32Mi}}}]\n"
        "containers: [{resources: {requests: {cpu: 100m, memory: 64Mi}}}]",
        ("2000m", "64Mi", "0m", "0Mi"),
    ),
    "of several init containers the largest counts": (
        "initContainers: [{resources: {requests: {cpu: 300m}}}, {resources: {requests: {cpu: 500m}}}]\n"
        "containers: [{resources: {requests: {cpu: 100m}}}]",
        ("500m", "0Mi", "0m", "0Mi"),
    ),
    "a sidecar runs beside the containers": (
        "initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 100m, memory: 10Mi}}}]\n"
        "containers: [{resources: {requests: {cpu: 100m, memory: 64Mi}}}]",
        ("200m", "74Mi", "0m", "0Mi"),
    ),
    "an init container after a sidecar runs beside it": (
        "initContainers: [{restartPolicy: Always, resources: {requests: {cpu: 100m}}}, {resources: {requests: {cpu: 400m}}}]\n"
        "containers: [{resources: {requests: {cpu: 100m}}}]",
        ("500m", "0Mi", "0m", "0Mi"),
    ),
    "an init container before a sidecar does not": (
        "initContainers: [{resources: {requests: {cpu: 400m}}}, {restartPolicy: Always, resources: {requests: {cpu: 100m}}}]\n"
        "containers: [{resources: {requests: {cpu: 100m}}}]",
        ("400m", "0Mi", "0m", "0Mi"),
    ),
    "pod-level resources win": (
        "resources: {requests: {cpu: '1'}, limits: {cpu: '2', memory: 2Gi}}\n"
        "containers: [{resources: {requests: {cpu: 100m, memory: 64Mi}}}]",
        ("1000m", "64Mi", "2000m", "2048Mi"),
    ),
    "overhead is added": (
        "overhead: {cpu: 250m, memory: 120Mi}\ncontainers: [{resources: {requests: {cpu: 100m, memory: 64Mi}}}]",
        ("350m", "184Mi", "0m", "0Mi"),
    ),
    "a limit of what only starts is none of what runs": (
        "initContainers: [{resources: {limits: {cpu: 1, memory: 1Gi}}}]\ncontainers: [{resources: {limits: {memory: 64Mi}}}]",
        ("1000m", "1024Mi", "0m", "1024Mi"),
    ),
    "a sidecar without a limit leaves the pod without": (
        "initContainers: [{restartPolicy: Always}]\ncontainers: [{resources: {limits: {cpu: 1, memory: 64Mi}}}]",
        ("1000m", "64Mi", "0m", "0Mi"),
    ),
    "what is not a quantity counts as nothing": (
        "containers: [{resources: {requests: {cpu: much, memory: 64Mi}}}]",
        ("0m", "64Mi", "0m", "0Mi"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_effective(text: str, expected: tuple[str, str, str, str]) -> None:
    node = pod(text)
    asked, allowed = effective(node, "requests"), effective(node, "limits")
    found = (asked.cpu.milli, asked.memory.within("Mi"), allowed.cpu.milli, allowed.memory.within("Mi"))
    assert found == expected


def test_gaps_name_the_container_and_the_reason() -> None:
    made = budget(
        tree("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, resources: {limits: {cpu: 1, memory: plenty}}}]}")
    )
    found = {(gap.container, gap.resource, "not a Kubernetes" in gap.reason) for gap in made.gaps}
    assert found == {("a", "requests.memory", False), ("a", "limits.memory", True)}
    assert all(gap.span.file == "all.yaml" for gap in made.gaps)


COPIES = {
    "Deployment": ("spec: {replicas: 3, template: {spec: {containers: [C]}}}", 3),
    "StatefulSet": ("spec: {template: {spec: {containers: [C]}}}", 1),
    "DaemonSet": ("spec: {template: {spec: {containers: [C]}}}", 1),
    "Job": ("spec: {parallelism: 4, completions: 2, template: {spec: {containers: [C]}}}", 2),
    "CronJob": ("spec: {suspend: true, jobTemplate: {spec: {template: {spec: {containers: [C]}}}}}", 0),
    "Pod": ("spec: {containers: [C]}", 1),
}


@pytest.mark.parametrize(("kind", "spec", "count"), [(kind, *case) for kind, case in COPIES.items()])
def test_copies(kind: str, spec: str, count: int) -> None:
    container = "{name: c, resources: {requests: {cpu: 100m}}}"
    made = budget(tree(f"kind: {kind}\nmetadata: {{name: w}}\n{spec.replace('C]', container + ']')}"))
    assert made.pods == count
    assert made.requests.cpu.milli == f"{count * 100}m"


def test_what_is_not_applied_costs_nothing() -> None:
    node = pod("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, resources: {requests: {cpu: 1}}}]}")
    assert budget(Tree((Object(node, "blocked/p.yaml", applied=False),))).pods == 0
