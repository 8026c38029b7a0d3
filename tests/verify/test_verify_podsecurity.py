"""Pod Security admission: which pods a namespace takes, by the level that its label enforces."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from compose2qt.manifests import parse_tree
from compose2qt.verify.cluster import World
from compose2qt.verify.cluster.podsecurity import PodSecurity

STRICT = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
BREACHES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "the node's network": ("baseline", {"hostNetwork": True}, {}),
    "a folder of the node": ("baseline", {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, {}),
    "a sysctl": ("baseline", {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}, {}),
    "privileges": ("baseline", {}, {"securityContext": {"privileged": True}}),
    "a capability": ("baseline", {}, {"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}),
    "no profile on purpose": ("baseline", {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, {}),
    "a type of SELinux": ("baseline", {}, {"securityContext": {"seLinuxOptions": {"type": "spc_t"}}}),
    "a host port": ("baseline", {}, {"ports": [{"containerPort": 80, "hostPort": 80}]}),
    "a check of another host": ("baseline", {}, {"livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}}}),
    "the unmasked /proc": ("baseline", {}, {"securityContext": {"procMount": "Unmasked"}}),
    "what baseline refuses": ("restricted", {"hostPID": True}, {"securityContext": STRICT}),
    "a share of NFS": ("restricted", {"volumes": [{"name": "v", "nfs": {}}]}, {"securityContext": STRICT}),
    "root, perhaps": ("restricted", {}, {"securityContext": {**STRICT, "runAsNonRoot": False}}),
    "root": ("restricted", {"securityContext": {"runAsUser": 0}}, {"securityContext": STRICT}),
    "more rights": ("restricted", {}, {"securityContext": {**STRICT, "allowPrivilegeEscalation": True}}),
    "capabilities": ("restricted", {}, {"securityContext": {**STRICT, "capabilities": {"drop": ["NET_RAW"]}}}),
    "no profile": ("restricted", {}, {"securityContext": {**STRICT, "seccompProfile": {}}}),
    "a level that does not exist": ("strict", {}, {}),
}
ADMITTED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "an ordinary pod": ("baseline", {}, {}),
    "anything": ("privileged", {"hostNetwork": True}, {"securityContext": {"privileged": True}}),
    "a strict container": ("restricted", {"volumes": [{"name": "v", "emptyDir": {}}]}, {"securityContext": STRICT}),
    "settings of the pod": (
        "restricted",
        {"securityContext": {"runAsNonRoot": True, "runAsUser": 1, "seccompProfile": {"type": "RuntimeDefault"}}},
        {
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
            }
        },
    ),
    "root of its own users": (
        "restricted",
        {"hostUsers": False},
        {"securityContext": {**STRICT, "runAsNonRoot": False, "runAsUser": 0}},
    ),
}


def _refused(level: str, pod: dict[str, Any], container: dict[str, Any]) -> list[str]:
    space = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "strict", "labels": {"pod-security.kubernetes.io/enforce": level}},
    }
    spec = {**pod, "containers": [{"name": "c", "image": "x", **container}]}
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "strict"}, "spec": spec}
    world = World(parse_tree({"all.yaml": yaml.safe_dump_all([space, item])}))
    (made,) = world.pods
    return [str(fact.value) for fact in PodSecurity(world).facts(made)]


@pytest.mark.parametrize("case", BREACHES.values(), ids=BREACHES)
def test_a_breach_is_refused(case: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    (why,) = _refused(*case)
    assert why.startswith(f"refused: Namespace/strict enforces the level {case[0]}, which does not admit ")


@pytest.mark.parametrize("case", ADMITTED.values(), ids=ADMITTED)
def test_the_rest_is_admitted(case: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    assert _refused(*case) == []
