"""What bounds a system: the budget of a mapping in each state, and quotas of the tree, with the arithmetic."""

from __future__ import annotations

import pytest

from compose2qt.budget import Budget, budget
from compose2qt.diagnostic import Collector
from compose2qt.manifests.model import Object, Tree
from compose2qt.mapping.plan import NumberClaim
from compose2qt.source import Mapping, Span, kubernetes_scalar, read_yaml
from compose2qt.workload import Origin, OriginKind

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: web, resources: {requests: {cpu: 250m, memory: 64Mi}, limits: {memory: 128Mi}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 5}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  replicas: 2
  template: {spec: {containers: [{name: db, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}
  volumeClaimTemplates: [{metadata: {name: d}, spec: {storageClassName: fast, resources: {requests: {storage: 5Gi}}}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, ports: [{port: 80}, {port: 443}]}
"""
QUOTA = """
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: q, namespace: %s}
spec: {hard: {%s}}
"""
RANGE = """
---
apiVersion: v1
kind: LimitRange
metadata: {name: l, namespace: %s}
spec: {limits: [%s]}
"""


def tree(text: str) -> Tree:
    nodes = read_yaml(text, "all.yaml", Collector(), resolve=kubernetes_scalar)
    return Tree(tuple(Object(node, "all.yaml") for node in nodes if isinstance(node, Mapping)))


def held(name: str, most: str, state: str = "steady") -> Budget:
    allowed = NumberClaim(name, most, Origin(OriginKind.MAPPING, Span("m.yaml", 3, 3)))
    return budget(tree(WEB), allowed=[allowed], state=state)


@pytest.mark.parametrize(
    ("name", "most", "state", "ok", "computed"),
    [
        ("requests.cpu", "2500m", "steady", True, "2500m"),
        ("requests.cpu", "2499m", "steady", False, "2500m"),
        ("requests.cpu", "2.5", "rollout", False, "2750m"),
        ("requests.cpu", "4", "maximum", True, "3750m"),
        ("requests.memory", "2Gi", "steady", False, "2176Mi"),
        ("storage", "10Gi", "steady", True, "10Gi"),
        ("pods", "3", "steady", False, "4"),
        ("PersistentVolumeClaim", "1", "steady", False, "2"),
        ("Deployment", "1", "steady", True, "1"),
        ("Gateway", "0", "steady", True, "0"),
    ],
)
def test_a_budget_is_held_against_a_state(name: str, most: str, state: str, ok: bool, computed: str) -> None:
    (ceiling,) = held(name, most, state).ceilings
    assert (ceiling.ok, ceiling.computed) == (ok, computed)
    assert bool(held(name, most, state).exceeded) is not ok


def test_the_arithmetic_is_shown() -> None:
    assert held("requests.cpu", "1").exceeded[0].arithmetic == "2 × 250m + 2 × 1000m = 2500m"  # noqa: RUF001 - the sign


def test_what_has_no_limit_is_over_any_budget_of_limits() -> None:
    (ceiling,) = held("limits.memory", "100Gi").exceeded
    assert ceiling.arithmetic.endswith("without a limit: StatefulSet/db (db)")


@pytest.mark.parametrize(
    ("namespace", "hard", "used", "ok"),
    [
        ("shop", "pods: 2", "2", True),
        ("shop", "pods: 1", "2", False),
        ("data", "requests.cpu: 1500m", "2000m", False),
        ("data", "cpu: 2", "2000m", True),
        ("data", "requests.storage: 9Gi", "10Gi", False),
        ("data", "fast.storageclass.storage.k8s.io/requests.storage: 9Gi", "10Gi", False),
        ("data", "slow.storageclass.storage.k8s.io/persistentvolumeclaims: 0", "0", True),
        ("data", "persistentvolumeclaims: 1", "2", False),
        ("shop", "services.loadbalancers: 0", "1", False),
        ("shop", "services.nodeports: 1", "2", False),
        ("shop", "services: 1", "1", True),
        ("shop", "configmaps: 0", "1", False),
        ("shop", "count/deployments.apps: 0", "1", False),
        ("shop", "count/horizontalpodautoscalers.autoscaling: 1", "1", True),
        ("shop", "limits.memory: 1Gi", "256Mi", True),
        ("data", "limits.memory: 1Gi", "0Mi", False),
    ],
)
def test_a_quota_is_held_against_its_namespace(namespace: str, hard: str, used: str, ok: bool) -> None:
    (check,) = budget(tree(WEB + QUOTA % (namespace, hard))).quotas
    assert (check.used, check.ok) == (used, ok)


def test_defaults_of_a_limit_range_keep_pods_from_being_refused() -> None:
    text = WEB + QUOTA % ("data", "limits.memory: 1Gi")
    assert "pods are refused that do not set it: StatefulSet/db" in budget(tree(text)).quotas[0].arithmetic
    kept = {
        "{type: Container, default: {memory: 256Mi}}": True,
        "{type: Container, max: {memory: 1Gi}}": False,
        "{type: Container, default: {cpu: 1}}": False,
        "{type: PersistentVolumeClaim, max: {storage: 1}}": False,
    }
    for limits, ok in kept.items():
        made = budget(tree(text + RANGE % ("data", limits)))
        assert made.quotas[0].ok is ok, limits
        assert ("are refused" in made.quotas[0].arithmetic) is ("memory" not in limits)


@pytest.mark.parametrize(
    ("limits", "requests", "limit"),
    [
        ("defaultRequest: {cpu: 500m, memory: 1Gi}, default: {cpu: 1, memory: 2Gi}", ("600m", "1152Mi"), ("2000m", "2176Mi")),
        ("default: {memory: 200Mi}", ("100m", "328Mi"), ("0m", "328Mi")),
        ("min: {cpu: 200m}, max: {cpu: 300m}", ("400m", "128Mi"), ("600m", "0Mi")),
        ("", ("100m", "128Mi"), ("0m", "0Mi")),
    ],
)
def test_a_limit_range_gives_what_containers_leave_open(limits: str, requests: tuple[str, str], limit: tuple[str, str]) -> None:
    pod = "{containers: [{name: a}, {name: b, resources: {requests: {cpu: 100m}, limits: {memory: 128Mi}}}]}"
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: data}}\nspec: {pod}\n"
    ranges = RANGE % ("data", f"{{type: Container, {limits}}}") + RANGE % (
        "other",
        "{type: Container, default: {cpu: 9, memory: 9Gi}}",
    )
    made = budget(tree(text + ranges))
    assert (made.requests.cpu.milli, made.requests.memory.within("Mi")) == requests
    assert (made.limits.cpu.milli, made.limits.memory.within("Mi")) == limit
    assert made.workloads[0].note == ("what it leaves open is given by LimitRange/l" if limits else "")


@pytest.mark.parametrize(
    ("hard", "used"),
    [("count/pods", "4"), ("count/replicasets.apps", "2"), ("count/jobs.batch", "2"), ("count/cronjobs.batch", "1")],
)
def test_a_quota_counts_what_controllers_make(hard: str, used: str) -> None:
    inner = "template: {spec: {containers: [{name: a}]}}"
    made = (("apps", "Deployment", inner), ("apps", "ReplicaSet", inner), ("batch", "Job", inner))
    text = "".join(
        f"---\napiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}}}\n" for group, kind, spec in made
    )
    text += f"---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: a}}\nspec: {{jobTemplate: {{spec: {{{inner}}}}}}}\n"
    (check,) = budget(tree(text + QUOTA % ("data", f"{hard}: 9"))).quotas
    assert check.used == used


@pytest.mark.parametrize("spec", ["{hard: [1]}", "{hard: {pods: x, gold: 3}}", "{scopes: [BestEffort], hard: {pods: 0}}", "3"])
def test_what_cannot_be_computed_is_passed_over(spec: str) -> None:
    text = f"{WEB}---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: q}}\nspec: {spec}\n"
    assert budget(tree(text)).quotas == ()


def test_namespaces_add_up() -> None:
    made = budget(tree(WEB))
    assert made.namespaces == ("shop", "data")
    assert sum(made.within(name).pods for name in made.namespaces) == made.pods
    assert made.within("data").storage == made.storage


def test_namesakes_of_two_namespaces_are_two() -> None:
    more = WEB.split("---", maxsplit=1)[0].replace("namespace: shop", "namespace: other")
    made = budget(tree(f"{WEB}---{more}"))
    assert [one.most for one in made.workloads if one.object == "Deployment/web"] == [5, 0]
    assert sum(made.of(name).pods for name in made.namespaces) == made.pods


def test_an_autoscaler_never_lets_fewer_run() -> None:
    made = budget(tree(WEB.replace("maxReplicas: 5", "minReplicas: 4, maxReplicas: 5")))
    web = made.workloads[0]
    assert (web.pods, web.surge, web.maximum) == (4, 1, 7)


@pytest.mark.parametrize(
    ("bounds", "counted"),
    [("minReplicas: 3, maxReplicas: 5", (0, 0)), ("maxReplicas: 5", (0, 0)), ("minReplicas: 0, maxReplicas: 5", (0, 5))],
)
def test_no_replicas_switch_the_autoscaler_off(bounds: str, counted: tuple[int, int]) -> None:
    made = budget(tree(WEB.replace("replicas: 2", "replicas: 0").replace("maxReplicas: 5", bounds)))
    assert (made.workloads[0].pods, made.workloads[0].most) == counted


def test_claims_are_as_many_as_the_autoscaler_starts_pods() -> None:
    scaler = WEB.split("---")[1].replace("shop", "data").replace("kind: Deployment, name: web", "kind: StatefulSet, name: db")
    own = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d-db-2, namespace: data}\nspec: {}\n"
    text = f"{WEB}---{scaler.replace('maxReplicas: 5', 'minReplicas: 3, maxReplicas: 5')}{own}"
    made = budget(tree(text + QUOTA % ("data", "requests.storage: 14Gi, persistentvolumeclaims: 2")))
    assert [(check.used, check.ok) for check in made.quotas] == [("15Gi", False), ("3", False)]


def test_pods_without_a_limit_are_counted() -> None:
    made = budget(tree(WEB))
    assert (made.unlimited("cpu"), made.unlimited("memory")) == (4, 2)


@pytest.mark.parametrize(
    ("kind", "spec", "pods", "surge"),
    [
        ("ReplicationController", "replicas: 2", 2, 0),
        ("Job", "suspend: true, parallelism: 3", 0, 0),
        ("Deployment", "replicas: 1, strategy: {rollingUpdate: {maxSurge: 5}}", 1, 1),
        ("Deployment", "replicas: 0, strategy: {rollingUpdate: {maxSurge: 1}}", 0, 0),
    ],
)
def test_what_runs(kind: str, spec: str, pods: int, surge: int) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}, template: {{spec: {{containers: []}}}}}}"
    (one,) = budget(tree(text)).workloads
    assert (one.pods, one.surge) == (pods, surge)


def test_a_quantity_beyond_all_bounds_is_written() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{resources: {requests: {memory: 1e35}}}]}"
    assert budget(tree(text)).requests.memory.within("Mi").endswith("Mi")


def test_a_number_of_objects_is_written_as_a_number() -> None:
    (ceiling,) = held("Deployment", "0").ceilings
    assert (ceiling.claimed, ceiling.computed, ceiling.ok) == ("0", "1", False)


def test_no_limit_is_not_a_limit_of_zero() -> None:
    (ceiling,) = held("limits.cpu", "1").ceilings
    assert (ceiling.computed, ceiling.ok) == ("none", False)


def test_claims_that_a_set_makes_are_counted_once() -> None:
    claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: %s, namespace: %s}\n"
    claim += "spec: {resources: {requests: {storage: 1Gi}}}\n"
    names = (("d-db-0", "data"), ("d-db-1", "data"), ("d-db-2", "data"), ("d-db-0", "shop"), ("d-db", "data"))
    made = budget(tree(WEB + "".join(claim % one for one in names)))
    assert made.storage.within("Gi") == "13Gi"
