"""Rollout peak, the autoscaler's maximum, daemons by nodes, and whether the pods fit."""

from __future__ import annotations

import pytest

from compose2qt.budget import Budget, budget, fit, limit_range, parse_nodes, quota
from compose2qt.diagnostic import Collector, InputError
from compose2qt.manifests.model import WORKLOAD_KINDS, Object, Tree
from compose2qt.source import Mapping, kubernetes_scalar, read_yaml

CONTAINER = "containers: [{name: c, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}}}]"


def tree(text: str) -> Tree:
    nodes = read_yaml(text, "all.yaml", Collector(), resolve=kubernetes_scalar)
    return Tree(tuple(Object(node, "all.yaml") for node in nodes if isinstance(node, Mapping)))


def workload(kind: str = "Deployment", spec: str = "replicas: 4", pod: str = "", name: str = "web") -> str:
    inner = f"{{{CONTAINER}{', ' + pod if pod else ''}}}"
    template = f"{{metadata: {{labels: {{app: {name}}}}}, spec: {inner}}}"
    return f"---\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}, template: {template}}}\n"


@pytest.mark.parametrize(
    ("kind", "spec", "peak"),
    [
        ("Deployment", "replicas: 4", 5),
        ("Deployment", "replicas: 5", 7),
        ("Deployment", "replicas: 4, strategy: {type: Recreate}", 4),
        ("Deployment", "replicas: 4, strategy: {rollingUpdate: {maxSurge: 3}}", 7),
        ("Deployment", "replicas: 4, strategy: {rollingUpdate: {maxSurge: 100%}}", 8),
        ("Deployment", "replicas: 4, strategy: {rollingUpdate: {maxSurge: many}}", 4),
        ("StatefulSet", "replicas: 4", 4),
        ("DaemonSet", "updateStrategy: {}", 1),
        ("DaemonSet", "updateStrategy: {rollingUpdate: {maxSurge: 1}}", 2),
    ],
)
def test_rollout_peak(kind: str, spec: str, peak: int) -> None:
    made = budget(tree(workload(kind, spec)))
    assert made.peak_pods == peak
    assert made.peak_requests.cpu.milli == f"{peak}000m"


@pytest.mark.parametrize("kind", WORKLOAD_KINDS)
def test_every_kind_of_workload_has_a_number_of_pods(kind: str) -> None:
    made = budget(tree(workload(kind, "suspend: false")))
    assert [one.pods for one in made.workloads] == [1]


def test_quantities_and_numbers_beyond_what_kubernetes_holds() -> None:
    huge = workload(spec="replicas: 99999999999999999999999").replace("1Gi", "1e35")
    made = budget(tree(huge))
    assert made.pods == 1
    assert made.requests.memory.within("Mi") == "8796093022208Mi"


def scaled() -> Budget:
    scaler = "---\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n"
    return budget(tree(workload() + scaler + "spec: {maxReplicas: 10, scaleTargetRef: {kind: Deployment, name: web}}\n"))


def test_the_autoscalers_maximum_rolls_out_too() -> None:
    made = scaled()
    assert (made.pods, made.maximum_pods) == (4, 13)
    assert made.maximum_requests.memory.within("Gi") == "13Gi"


def test_the_quota_covers_the_maximum_and_bounds_limits_only_where_all_are_set() -> None:
    assert quota(scaled())["requests.cpu"] == "13000m"
    assert quota(scaled())["limits.memory"] == "13312Mi"
    bare = budget(tree("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}"))
    assert "limits.cpu" not in quota(bare)
    assert limit_range(bare)["defaultRequest"]
    assert limit_range(scaled()) == {}


def test_daemons_count_once_for_each_node() -> None:
    made = tree(workload("DaemonSet", "updateStrategy: {}"))
    assert budget(made, nodes=3).pods == 3
    placed = fit(made, budget(made, nodes=3), parse_nodes("3x2cpu4Gi"))
    assert placed.ok
    assert [load.pods for load in placed.loads] == [("DaemonSet/web",)] * 3


def test_nodes_are_read_as_people_write_them() -> None:
    assert [str(node.capacity.cpu.cpu) for node in parse_nodes("2x4cpu8Gi, 1x500mcpu1Gi")] == ["4", "4", "500m"]
    assert len(parse_nodes("kind")) == len(parse_nodes("4cpu8Gi")) == 1
    first, other = parse_nodes("2x4cpu8Gi")
    assert first.allocatable.cpu.milli == "3150m"
    assert other.allocatable.memory.within("Mi") == "7992Mi"


@pytest.mark.parametrize("text", ["", "large", "3x4", "0x4cpu8Gi", "9999x4cpu8Gi", "4cpu8", "-1x4cpu8Gi"])
def test_other_nodes_are_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InputError, match=r"3x4cpu8Gi|name 1 to 5000"):
        parse_nodes(text)


def placed(text: str, nodes: str) -> tuple[bool, int | None, list[str]]:
    made = tree(text)
    result = fit(made, budget(made), parse_nodes(nodes))
    return result.ok, result.enough, [one.reason for one in result.unplaced]


def test_pods_that_fit() -> None:
    assert placed(workload(), "2x4cpu8Gi") == (True, 2, [])


def test_pods_that_do_not_fit_name_the_nodes_that_would_be_enough() -> None:
    ok, enough, reasons = placed(workload(spec="replicas: 6"), "1x4cpu8Gi")
    assert (ok, enough) == (False, 2)
    assert reasons == ["no node has room left for it"] * 3


def test_more_than_a_hundred_nodes_are_enough_too() -> None:
    ok, enough, _ = placed(workload(spec="replicas: 360"), "2x4cpu8Gi")
    assert (ok, enough) == (False, 120)


def test_a_pod_larger_than_any_node_fits_no_number_of_them() -> None:
    ok, enough, reasons = placed(workload(spec="replicas: 1"), "5x1cpu8Gi")
    assert (ok, enough) == (False, None)
    assert "more than any node can give" in reasons[0]


def chosen(app: str) -> str:
    return f"labelSelector: {{matchLabels: {{app: {app}}}}}"


def near(kind: str, app: str, key: str = "kubernetes.io/hostname") -> str:
    term = f"{{topologyKey: {key}, {chosen(app)}}}"
    return f"affinity: {{{kind}: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}}"


EVEN = f"{{maxSkew: 1, topologyKey: kubernetes.io/hostname, {chosen('b')}}}"


def test_required_anti_affinity_needs_a_node_for_each() -> None:
    ok, enough, reasons = placed(workload(pod=near("podAntiAffinity", "web")), "3x16cpu64Gi")
    assert (ok, enough) == (False, 4)
    assert "different nodes" in reasons[0]


def test_a_spread_that_may_not_be_broken_keeps_nodes_even() -> None:
    rule = f"topologySpreadConstraints: [{{maxSkew: 1, topologyKey: kubernetes.io/hostname, {chosen('web')}}}]"
    made = tree(workload(pod=rule))
    result = fit(made, budget(made), parse_nodes("2x16cpu64Gi"))
    assert [len(load.pods) for load in result.loads] == [2, 2]


def test_workloads_that_share_a_claim_of_one_node_go_together() -> None:
    volume = "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]"
    both = workload(pod=volume, spec="replicas: 1") + workload(pod=volume, spec="replicas: 1", name="api")
    claim = "---\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce]}\n"
    ok, enough, reasons = placed(both + claim, "4x2cpu4Gi")
    assert (ok, enough) == (False, None)
    assert "share a claim" in reasons[0]
    assert placed(both, "4x2cpu4Gi")[0]


SMALL = CONTAINER.replace("cpu: 1", "cpu: 100m").replace("1Gi", "100Mi")


def small(name: str, spec: str = "replicas: 1", pod: str = "", kind: str = "Deployment") -> str:
    return workload(kind, spec, pod, name).replace(CONTAINER, SMALL)


def port(number: int, more: str = "") -> str:
    return SMALL.replace("name: c,", f"name: c, ports: [{{containerPort: {number}, hostPort: {number}{more}}}],")


def sized(name: str, cpu: str, memory: str) -> str:
    return small(name, "replicas: 2").replace("cpu: 100m", f"cpu: {cpu}").replace("100Mi", memory)


CLAIM = "---\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [%s]}\n"
DATA = "volumes: [{name: v, persistentVolumeClaim: {claimName: %s}}]"
DISK = """---
{kind: PersistentVolumeClaim, metadata: {name: disk}, spec: {accessModes: [ReadWriteOnce], volumeName: pv}}
---
{kind: PersistentVolume, metadata: {name: pv}, spec: {local: {path: /d}, nodeAffinity: {required: {nodeSelectorTerms: []}}}}
"""
SET = "replicas: 2, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce]}}]"
BOTH = small("web", pod=near("podAffinity", "db")) + small("db", pod=near("podAntiAffinity", "web"))


@pytest.mark.parametrize(
    ("text", "nodes", "enough", "reason"),
    [
        (small("web", pod=near("podAntiAffinity", "db")) + small("db"), "1x4cpu8Gi", 2, "may not be on a node with pods"),
        (small("db") + small("web", pod=near("podAntiAffinity", "db")), "1x4cpu8Gi", 2, "may not be on a node with pods"),
        (small("web", "replicas: 2", near("podAntiAffinity", "db")) + small("db"), "2x4cpu8Gi", 2, ""),
        (BOTH, "9x4cpu8Gi", None, "must be beside pods"),
        (small("web", pod=near("podAffinity", "db")) + small("db"), "2x4cpu8Gi", 2, ""),
        (small("web", "replicas: 3", near("podAffinity", "web")), "3x4cpu8Gi", 3, ""),
        (small("web", "replicas: 2", near("podAffinity", "web")).replace(SMALL, port(80)), "9x4cpu8Gi", None, "must be beside"),
        (small("a", pod=f"{near('podAffinity', 'b')}, {DATA % 'data'}")
         + small("b", pod=f"{near('podAffinity', 'a')}, {DATA % 'data'}") + CLAIM % "ReadWriteOnce",
         "2x4cpu8Gi", None, "must be beside"),
        (small("a", "replicas: 2", near("podAntiAffinity", "b")) + small("b", pod=f"topologySpreadConstraints: [{EVEN}]"),
         "2x1cpu8Gi", 2, ""),
        (small("web", pod=near("podAffinity", "nobody")), "3x4cpu8Gi", None, "must be beside pods"),
        (small("web", "replicas: 30", DATA % "data") + CLAIM % "ReadWriteOnce", "5x2cpu4Gi", None, "share a claim"),
        (small("web", "replicas: 2", DATA % "data") + CLAIM % "ReadWriteOncePod", "5x2cpu4Gi", None, "only one pod may mount"),
        (small("web", "replicas: 30", DATA % "data") + CLAIM % "ReadWriteMany", "5x2cpu4Gi", 5, ""),
        (small("web", "replicas: 30", DATA % "data") + CLAIM % "ReadWriteOnce, ReadWriteMany", "5x2cpu4Gi", 5, ""),
        (small("db", SET, kind="StatefulSet"), "2x4cpu8Gi", 2, ""),
        (small("db", SET, near("podAntiAffinity", "db"), "StatefulSet"), "1x4cpu8Gi", 2, "different nodes"),
        (small("db", SET, near("podAntiAffinity", "job"), "StatefulSet") + small("job", pod=DATA % "d-db-1"),
         "9x4cpu8Gi", None, "must be on different nodes"),
        (small("web", "replicas: 3").replace(SMALL, port(80)), "2x4cpu8Gi", 3, "a port of the node"),
        (small("a").replace(SMALL, port(80)) + small("b").replace(SMALL, port(80, ", protocol: UDP")), "1x4cpu8Gi", 1, ""),
        (small("a").replace(SMALL, port(80, ", hostIP: 1.1.1.1")) + small("b").replace(SMALL, port(80)), "4cpu8Gi", 2, "port"),
        (sized("web", "1500m", "512Mi") + sized("cache", "500m", "6Gi"), "2x4cpu8Gi", 2, ""),
    ],
)  # fmt: skip
def test_where_pods_may_be(text: str, nodes: str, enough: int | None, reason: str) -> None:
    ok, found, reasons = placed(text, nodes)
    assert (ok, found) == (not reason, enough)
    assert not reason or reason in reasons[0]


def test_pods_that_keep_away_from_others_may_be_together() -> None:
    made = tree(small("web", "replicas: 2", near("podAntiAffinity", "db")) + small("db"))
    where = [set(load.pods) for load in fit(made, budget(made), parse_nodes("2x4cpu8Gi")).loads]
    assert where in ([{"Deployment/web"}, {"Deployment/db"}], [{"Deployment/db"}, {"Deployment/web"}])


@pytest.mark.parametrize(
    ("pod", "what"),
    [
        ("nodeSelector: {disk: ssd}", "a node with the label disk=ssd"),
        ("nodeSelector: {kubernetes.io/os: linux}", ""),
        ("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}", "nodeAffinity"),
        (near("podAntiAffinity", "web", "topology.kubernetes.io/zone"), "podAntiAffinity by topology.kubernetes.io/zone"),
        (near("podAntiAffinity", "web"), ""),
        (f"topologySpreadConstraints: [{{maxSkew: 1, topologyKey: zone, {chosen('web')}}}]", "a spread over zone"),
        ("initContainers: [{name: i, resources: {limits: {nvidia.com/gpu: 1}}}]", "nvidia.com/gpu"),
        ("resources: {requests: {hugepages-2Mi: 1Gi}}", "hugepages-2Mi"),
        (DATA % "disk", "the nodeAffinity of PersistentVolume/pv"),
    ],
)
def test_what_is_not_looked_at_is_told(pod: str, what: str) -> None:
    made = tree(small("web", pod=pod) + DISK)
    found = fit(made, budget(made), parse_nodes("2x4cpu8Gi"))
    assert found.ok
    assert [name for name, _ in found.assumed] == ["Deployment/web"] * bool(what)
    assert all(what in said for _, said in found.assumed)


def test_namesakes_of_two_namespaces_share_no_claim() -> None:
    apart = [
        small("web", "replicas: 15", DATA % "data").replace("name: web}", f"name: web, namespace: {name}}}") for name in "ab"
    ]
    claims = [(CLAIM % "ReadWriteOnce").replace("name: data}", f"name: data, namespace: {name}}}") for name in "ab"]
    assert placed("".join(apart + claims), "3x2cpu4Gi")[0]


def test_more_pods_than_can_be_placed_are_refused() -> None:
    with pytest.raises(InputError, match="20,000"):
        placed(small("web", "replicas: 2000000000"), "3x4cpu8Gi")


def test_storage_by_class_and_mode() -> None:
    claim = (
        "---\nkind: PersistentVolumeClaim\nmetadata: {{name: {}}}\nspec: {{{}, resources: {{requests: {{storage: 5Gi}}}}}}\n"
    )
    shared = "accessModes: [ReadWriteMany], storageClassName: nfs"
    text = "".join(claim.format(*one) for one in (("a", "accessModes: [ReadWriteOnce]"), ("b", "accessModes: [ReadWriteOnce]")))
    text += claim.format("c", shared)
    found = {key: size.within("Gi") for key, size in budget(tree(text)).storage_by_kind.items()}
    assert found == {(None, ("ReadWriteOnce",)): "10Gi", ("nfs", ("ReadWriteMany",)): "5Gi"}
