"""Numbers that a document states, beside the computed ones: the seed's own table and its wrong totals."""

from __future__ import annotations

import pytest

from compose2qt.budget import Budget, budget
from compose2qt.diagnostic import Collector
from compose2qt.manifests.model import Object, Tree
from compose2qt.mapping.plan import NumberClaim
from compose2qt.source import Mapping, Span, kubernetes_scalar, read_yaml
from compose2qt.workload import Origin, OriginKind

# (replicas, CPU request, memory request, CPU limit, memory limit) of each workload of the seed's DEL 4 and 5.
SEED = {
    "redis": (1, "100m", "256Mi", "500m", "512Mi"),
    "postgres": (1, "250m", "512Mi", "1000m", "1Gi"),
    "ai-engine": (2, "500m", "1Gi", "2000m", "2Gi"),
    "execution": (2, "250m", "512Mi", "1000m", "1Gi"),
    "risk-safety": (2, "250m", "512Mi", "1000m", "1Gi"),
    "portfolio": (1, "250m", "512Mi", "1000m", "1Gi"),
    "rl-training": (1, "500m", "1Gi", "2000m", "2Gi"),
    "monitoring": (1, "100m", "256Mi", "500m", "512Mi"),
    "federation-ai": (1, "250m", "512Mi", "1000m", "1Gi"),
    "gateway": (2, "250m", "512Mi", "1000m", "1Gi"),
}
CLAIMS = {"redis-pvc": "5Gi", "postgres-pvc": "20Gi", "models": "10Gi", "logs": "5Gi", "data": "20Gi"}

_WORKLOAD = """---
kind: Deployment
metadata: {{name: {0}}}
spec:
  replicas: {1}
  template:
    spec:
      containers:
      - name: {0}
        resources: {{requests: {{cpu: {2}, memory: {3}}}, limits: {{cpu: {4}, memory: {5}}}}}
"""
_CLAIM = "---\nkind: PersistentVolumeClaim\nmetadata: {{name: {}}}\nspec: {{resources: {{requests: {{storage: {}}}}}}}\n"


def seed_budget(*stated: tuple[str, str]) -> Budget:
    text = "".join(_WORKLOAD.format(name, *row) for name, row in SEED.items())
    text += "".join(_CLAIM.format(name, size) for name, size in CLAIMS.items())
    nodes = read_yaml(text, "seed.yaml", Collector(), resolve=kubernetes_scalar)
    objects = tuple(Object(node, "seed.yaml") for node in nodes if isinstance(node, Mapping))
    origin = Origin(OriginKind.MAPPING, Span("mapping.yaml", 7, 3))
    return budget(Tree(objects, ("seed.yaml",)), [NumberClaim(name, claimed, origin) for name, claimed in stated], 29)


def test_the_seed_table_gives_its_totals() -> None:
    made = seed_budget()
    assert made.requests.cpu.milli == "3950m"
    assert made.limits.cpu.milli == "16000m"
    assert made.requests.memory.within("Mi") == "8192Mi"
    assert made.limits.memory.within("Mi") == "16384Mi"
    assert made.storage.within("Gi") == "60Gi"
    assert made.pods == 14
    assert not made.gaps


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("requests.cpu", "3950m"), ("requests.cpu", "3.95"), ("limits.cpu", "16"), ("requests.memory", "8 Gi"),
        ("limits.memory", "16,384 Mi"), ("storage", "60Gi"), ("pods", "14"), ("files", "29"),
    ],
)  # fmt: skip
def test_a_right_claim_however_it_is_written(name: str, claimed: str) -> None:
    (check,) = seed_budget((name, claimed)).claims
    assert check.ok, check


@pytest.mark.parametrize(
    ("name", "claimed", "computed"),
    [
        ("requests.cpu", "3000m", "3950m"), ("limits.memory", "8Gi", "16384Mi"), ("pods", "10", "14"), ("files", "28", "29"),
        ("storage", "60G", "60Gi"), ("requests.cpu", "about three", "3950m"),
    ],
)  # fmt: skip
def test_a_wrong_claim_comes_with_the_computed_number(name: str, claimed: str, computed: str) -> None:
    made = seed_budget((name, claimed))
    (check,) = made.wrong_claims
    assert (check.ok, check.computed, check.span) == (False, computed, Span("mapping.yaml", 7, 3))


def test_a_wrong_total_shows_its_arithmetic() -> None:
    (check,) = seed_budget(("requests.cpu", "3000m")).claims
    assert check.arithmetic == (
        "100m + 250m + 2 × 500m + 2 × 250m + 2 × 250m + 250m + 500m + 100m + 250m + 2 × 250m = 3950m"  # noqa: RUF001 - the sign that people read
    )


def test_a_number_that_nothing_computes_is_wrong_and_says_what_is_known() -> None:
    (check,) = seed_budget(("bandwidth", "1G")).claims
    assert not check.ok
    assert "requests.cpu" in check.arithmetic
