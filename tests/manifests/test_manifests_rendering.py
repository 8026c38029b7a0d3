"""Kustomizations: the objects that they make are those of kustomize, and what is not followed is told."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from compose2qt.manifests import read_tree
from compose2qt.source import plain

BASE = {
    "base/kustomization.yaml": """
resources: [web.yaml, more]
commonLabels: {part: base}
""",
    "base/web.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: account
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
      - {maxSkew: 1, topologyKey: host, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchExpressions: []}}
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host, labelSelector: {matchLabels: {a: b}}}]
      volumes:
      - {name: conf, configMap: {name: settings}}
      - {name: scratch, emptyDir: {}}
      containers:
      - name: web
        image: shop/web:latest
        ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP}, {containerPort: 81}]
        env: [{name: A, value: "1"}, {name: B, value: "2"}, {name: C, valueFrom: {configMapKeyRef: {name: settings, key: k}}}]
        envFrom: [{secretRef: {name: keys}}]
        volumeMounts: [{name: conf, mountPath: /etc/conf}, {name: scratch, mountPath: /tmp}]
        args: [a, b, c]
      - {name: side, image: "registry:5000/side@sha256:0000000000000000000000000000000000000000000000000000000000000000"}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}, {name: other, port: 81}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {k: v}
""",
    "base/more/kustomization.yml": "resources: [all.yaml]\nnamePrefix: inner-\n",
    "base/more/all.yaml": """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "postgres:16.4"}]}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: account}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: binding}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: ServiceAccount, name: account, namespace: x}
- {kind: ServiceAccount, name: account}
- {kind: ServiceAccount, name: default, namespace: x}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: policy}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}
""",
}
STRATEGIC = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      volumes: [{name: scratch, $patch: delete}, {name: data, emptyDir: {}}]
      containers:
      - name: web
        env: [{name: B, value: new}, {name: A, $patch: delete}, {name: D, value: d}]
        ports: [{containerPort: 80, protocol: UDP, name: quick}]
        volumeMounts: [{mountPath: /tmp, $patch: delete}]
        args: [z]
        resources: {requests: {cpu: 100m}}
      - {name: extra, image: "extra:1"}
"""
OVERLAYS = {
    "plain": "resources: [../base]\n",
    "names": "resources: [../base]\nnamespace: prod\nnamePrefix: pre-\nnameSuffix: -post\n",
    "images": """
resources: [../base]
images:
- {name: shop/web, newTag: 1.2.3}
- {name: "registry:5000/side", newName: other/side}
- {name: postgres, digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}
replicas: [{name: web, count: 5}, {name: db, count: 3}]
""",
    "labels": """
resources: [../base]
labels:
- {pairs: {tier: front}}
- {pairs: {team: a}, includeTemplates: true}
- {pairs: {env: prod}, includeSelectors: true}
""",
    "annotations": """
resources: [../base, cron.yaml]
commonAnnotations: {a.b/c: d}
labels: [{pairs: {t: x}, includeTemplates: true}]
""",
    "merged": """
resources: [../base]
namePrefix: pre-
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator: [{name: settings, behavior: merge, literals: [c=d=e, "q='r s'"]}]
""",
    "emptied": """
resources: [../base]
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator: [{name: settings, behavior: replace, literals: [c=d]}]
""",
    "classes": """
resources: [classes.yaml]
namePrefix: dev-
images:
- {name: b, newTag: "2", digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}
""",
    "inline": """
resources: [../base]
patchesStrategicMerge:
- '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"k": "new"}}'
""",
    "strategic": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
    "old": "resources: [../base]\npatchesStrategicMerge: [patch.yaml]\n",
    "operations": """
resources: [../base]
patches:
- target: {kind: Deployment|StatefulSet}
  patch: |-
    - {op: add, path: /spec/template/spec/containers/0/resources, value: {limits: {memory: 1Gi}}}
    - {op: add, path: /metadata/annotations, value: {a~b/c: x}}
    - {op: replace, path: /metadata/annotations/a~0b~1c, value: z}
- target: {kind: Deployment, name: w.b, labelSelector: app=web}
  patch: |-
    - {op: add, path: /spec/template/spec/containers/0/args/0, value: first}
    - {op: add, path: /spec/template/spec/containers/0/args/-, value: last}
    - {op: remove, path: /spec/template/spec/containers/0/ports/1}
    - {op: move, from: /spec/template/spec/containers/0/args/1, path: /spec/template/spec/containers/0/args/0}
    - {op: copy, from: /spec/replicas, path: /spec/revisionHistoryLimit}
patchesJson6902:
- {target: {version: v1, kind: Service, name: web}, path: operations.json}
""",
    "removed": """
resources: [../base]
patches:
- patch: |-
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, $patch: delete}
- target: {kind: Service}
  patch: |-
    {apiVersion: v1, kind: Service, metadata: {name: any}, spec: {ports: null, selector: {app: null, x: z}}}
""",
    "component": "resources: [../base]\ncomponents: [../part]\nnamespace: prod\n",
}
MORE = {
    "annotations/cron.yaml": """
apiVersion: batch/v1
kind: CronJob
metadata: {name: c}
spec: {jobTemplate: {spec: {template: {spec: {containers: []}}}}}
""",
    "classes/classes.yaml": """
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: sc, volumeName: pv}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: pv}, spec: {storageClassName: sc}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: sc}, provisioner: x}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 9}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: front}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {ingressClassName: front}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  volumeClaimTemplates:
  - {metadata: {name: d}, spec: {storageClassName: sc}}
  - {metadata: {name: e}, spec: {storageClassName: other}}
  template: {spec: {priorityClassName: high, containers: [{name: a, image: "a:1"}, {name: b, image: "b:1"}]}}
""",
    "strategic/patch.yaml": STRATEGIC,
    "old/patch.yaml": STRATEGIC,
    "operations/operations.json": '[{"op": "replace", "path": "/spec/ports/0/port", "value": 8080}]',
    "part/kustomization.yaml": """
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [job.yaml]
components: [../nested]
patches:
- target: {kind: Deployment}
  patch: |-
    - {op: replace, path: /spec/replicas, value: 4}
""",
    "nested/kustomization.yaml": """
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
images: [{name: shop/web, newTag: nested}]
patches:
- target: {kind: Deployment|Job}
  patch: |-
    - {op: add, path: /spec/paused, value: true}
    - {op: replace, path: /spec/replicas, value: 9}
""",
    "part/job.yaml": """
{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {replicas: 1, template: {spec: {containers: []}}}}
""",
}
KUBECTL = shutil.which("kubectl") or shutil.which("kubectl", path=str(Path(sys.executable).parent))


def written(folder: Path) -> Path:
    files = {**BASE, **MORE, **{f"{name}/kustomization.yaml": text for name, text in OVERLAYS.items()}}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def ordered(node: Any) -> Any:
    """``node`` with the ports of containers in one order, which means nothing."""
    if isinstance(node, dict):
        return {
            key: sorted(str(sorted(port.items())) for port in one) if key == "ports" else ordered(one)
            for key, one in node.items()
        }
    return [ordered(one) for one in node] if isinstance(node, list) else node


@pytest.mark.skipif(KUBECTL is None, reason="needs kubectl")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_objects_are_those_of_kustomize(tmp_path: Path, overlay: str) -> None:
    folder = written(tmp_path) / overlay
    made = subprocess.run([str(KUBECTL), "kustomize", str(folder)], capture_output=True, text=True, check=True)
    wanted = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(made.stdout)}
    tree = read_tree(folder, overlay, as_applied=True)
    found = {(item.kind, item.name): plain(item.root) for item in tree.objects if item.applied}
    assert found.keys() == wanted.keys()
    for name, one in wanted.items():
        assert ordered(found[name]) == ordered(one), name
    assert tree.unfollowed == ()


def test_a_patch_that_is_odd_ends_in_no_traceback(tmp_path: Path) -> None:
    folder = written(tmp_path) / "strategic"
    odd = "env: [{name: {a: b}}, x, {name: E, value: e}, null]"
    (folder / "patch.yaml").write_text(STRATEGIC.replace("env: [{name: B, value: new}", f"{odd[:-1]}"))
    web = read_tree(folder, "k", as_applied=True).index["Deployment/web"]
    assert "E" in str(plain(web.root))


def test_what_a_patch_says_stands_in_the_patch(tmp_path: Path) -> None:
    tree = read_tree(written(tmp_path) / "operations", "k", as_applied=True)
    web = tree.index["Deployment/web"]
    assert (
        str(web.span_of(("spec", "template", "spec", "containers", 0, "resources", "limits", "memory")))
        == "k/kustomization.yaml:6:80"
    )
    assert str(web.span_of(("spec", "replicas"))) == "base/web.yaml:6:3"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("resources: [../base]\nreplacements: []", "replacements"),
        (
            "resources: [../base, https://example.com/x.yaml, gone.yaml]",
            "the resource https://example.com/x.yaml is not in the tree",
        ),
        ("resources: [../base]\npatches: [{path: gone.yaml}]", "the patch gone.yaml is not in the tree"),
        ("resources: [../base]\npatches: [{target: {name: nobody}, patch: '[]'}]", "a patch that meets no object"),
        ("resources: [../base]\npatches: [{patch: 'a: [1'}]", "a patch that is not YAML"),
        ("resources: [../base]\ncomponents: [../gone]", "the component ../gone is not in the tree"),
        ("resources: [../base, .]", ""),
        ("resources: [../base]\nimages: [{name: a, tagSuffix: -x}]", "tagSuffix of images"),
        (
            "resources: [../base]\n"
            "patches: [{target: {kind: Deployment}, patch: '[{op: replace, path: /spec/no/-1, value: 1}]'}]",
            "an operation at /spec/no/-1, which Deployment/web does not have",
        ),
        ("resources: [../base]\nlabels: [{pairs: {a: b}, fields: [{path: a, create: true}]}]", "fields of labels"),
        (
            "resources: [../base]\nconfigMapGenerator: [{name: settings, behavior: merge, files: [x/y]}]",
            "files of a configMapGenerator that changes an object",
        ),
        (
            "resources: [../base, 'https://bot:Leak@example.com/x//base?token=Leak', 'https://bot:Leak@example.com/x//base']",
            "the resource https://example.com/x//base is not in the tree",
        ),
        (
            "resources: [../base, 'git::https://Leak@example.com/x']",
            "the resource git::https://example.com/x is not in the tree",
        ),
        ("resources: [../base]\ncomponents: ['Leak@example.com:x/y']", "the component example.com:x/y is not in the tree"),
        ("resources: [../base]\npatches: [{path: 'password: Leak'}]", "the patch ? is not in the tree"),
        ("resources: [../base]\npatchesStrategicMerge: ['{kind: Secret, data: {a: Leak}}']", "a patch that meets no object"),
        ("resources: [../base]\npatchesStrategicMerge: ['{a: Leak']", "a patch that is not YAML"),
    ],
)
def test_what_is_not_followed_is_told(tmp_path: Path, text: str, told: str) -> None:
    (written(tmp_path) / "plain" / "kustomization.yaml").write_text(text)
    tree = read_tree(tmp_path / "plain", "k", as_applied=True)
    assert [what for what, _ in tree.unfollowed][:1] == [told][: bool(told)]
    assert "Leak" not in str(tree.unfollowed)
    assert "Deployment/web" in tree.index


def test_which_of_several_overlays_is_applied_is_not_known(tmp_path: Path) -> None:
    tree = read_tree(written(tmp_path), "k", as_applied=True)
    assert [what.partition(" of")[0] for what, _ in tree.unfollowed] == ["which"]
    assert tree.index["Deployment/web"].text("spec", "replicas") == "1"
