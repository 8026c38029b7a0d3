"""Valid objects of each kind, and how to change a place in them."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from compose2qt.diagnostic import Collector
from compose2qt.kube.validator import problems
from compose2qt.source import Mapping, kubernetes_scalar, read_yaml

_POD = """
  metadata: {labels: {app: web}}
  spec:
    containers:
    - name: web
      image: nginx:1.27
      ports: [{name: http, containerPort: 80}]
      volumeMounts: [{name: data, mountPath: /data}]
    volumes:
    - name: data
      emptyDir: {}
"""
_OBJECTS = f"""
deployment:
  apiVersion: apps/v1
  kind: Deployment
  metadata: {{name: web}}
  spec:
    selector: {{matchLabels: {{app: web}}}}
    template: {_POD.replace(chr(10), chr(10) + "    ")}
statefulset:
  apiVersion: apps/v1
  kind: StatefulSet
  metadata: {{name: db}}
  spec:
    serviceName: db
    selector: {{matchLabels: {{app: web}}}}
    template: {_POD.replace(chr(10), chr(10) + "    ")}
daemonset:
  apiVersion: apps/v1
  kind: DaemonSet
  metadata: {{name: agent}}
  spec:
    selector: {{matchLabels: {{app: web}}}}
    template: {_POD.replace(chr(10), chr(10) + "    ")}
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {{name: migrate}}
  spec:
    template:
      spec:
        restartPolicy: Never
        containers: [{{name: migrate, image: "app:1"}}]
cronjob:
  apiVersion: batch/v1
  kind: CronJob
  metadata: {{name: nightly}}
  spec:
    schedule: "0 3 * * *"
    jobTemplate:
      spec:
        template:
          spec:
            restartPolicy: OnFailure
            containers: [{{name: nightly, image: "app:1"}}]
service:
  apiVersion: v1
  kind: Service
  metadata: {{name: web}}
  spec:
    selector: {{app: web}}
    ports: [{{port: 80, targetPort: http}}]
ingress:
  apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: {{name: web}}
  spec:
    rules:
    - host: app.example.com
      http:
        paths:
        - path: /
          pathType: Prefix
          backend: {{service: {{name: web, port: {{number: 80}}}}}}
networkpolicy:
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {{name: web}}
  spec:
    podSelector: {{}}
    policyTypes: [Ingress, Egress]
configmap:
  apiVersion: v1
  kind: ConfigMap
  metadata: {{name: settings}}
  data: {{LEVEL: info}}
secret:
  apiVersion: v1
  kind: Secret
  metadata: {{name: keys}}
  type: Opaque
  stringData: {{TOKEN: fake}}
claim:
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {{name: data}}
  spec:
    accessModes: [ReadWriteOnce]
    resources: {{requests: {{storage: 1Gi}}}}
volume:
  apiVersion: v1
  kind: PersistentVolume
  metadata: {{name: data}}
  spec:
    accessModes: [ReadWriteOnce]
    capacity: {{storage: 1Gi}}
    nfs: {{server: nfs.example.com, path: /data}}
autoscaler:
  apiVersion: autoscaling/v2
  kind: HorizontalPodAutoscaler
  metadata: {{name: web}}
  spec:
    scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}
    minReplicas: 2
    maxReplicas: 5
    metrics:
    - type: Resource
      resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}
budget:
  apiVersion: policy/v1
  kind: PodDisruptionBudget
  metadata: {{name: web}}
  spec:
    selector: {{matchLabels: {{app: web}}}}
    maxUnavailable: 1
role:
  apiVersion: rbac.authorization.k8s.io/v1
  kind: Role
  metadata: {{name: reader}}
  rules:
  - apiGroups: [""]
    resources: [pods]
    verbs: [get]
clusterbinding:
  apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {{name: readers}}
  roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}}
  subjects: [{{kind: ServiceAccount, name: web, namespace: shop}}]
quota:
  apiVersion: v1
  kind: ResourceQuota
  metadata: {{name: all}}
  spec: {{hard: {{pods: "10", requests.cpu: "4"}}}}
limits:
  apiVersion: v1
  kind: LimitRange
  metadata: {{name: all}}
  spec: {{limits: [{{type: Container, default: {{cpu: "1"}}, max: {{cpu: "2"}}}}]}}
webhooks:
  apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingWebhookConfiguration
  metadata: {{name: checks}}
  webhooks:
  - name: check.shop.example.com
    clientConfig: {{service: {{name: check, namespace: shop, path: /check}}}}
    rules: [{{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}}]
    sideEffects: None
    admissionReviewVersions: [v1]
priority:
  apiVersion: scheduling.k8s.io/v1
  kind: PriorityClass
  metadata: {{name: high}}
  value: 1000
storageclass:
  apiVersion: storage.k8s.io/v1
  kind: StorageClass
  metadata: {{name: fast}}
  provisioner: ebs.csi.aws.com
ingressclass:
  apiVersion: networking.k8s.io/v1
  kind: IngressClass
  metadata: {{name: edge}}
  spec: {{controller: example.com/edge}}
custom:
  apiVersion: example.com/v1
  kind: Widget
  metadata: {{name: w}}
  spec: {{anything: [goes, {{here: true}}]}}
"""
OBJECTS: dict[str, dict[str, Any]] = yaml.safe_load(_OBJECTS)
_TEMPLATE = ("spec", "template", "spec")
PLACES: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "pod": ("deployment", _TEMPLATE),
    "container": ("deployment", (*_TEMPLATE, "containers", 0)),
    "webhook": ("webhooks", ("webhooks", 0)),
    "webhook.client": ("webhooks", ("webhooks", 0, "clientConfig")),
    "webhook.rule": ("webhooks", ("webhooks", 0, "rules", 0)),
    "path": ("ingress", ("spec", "rules", 0, "http", "paths", 0)),
    **{f"{name}.spec": (name, ("spec",)) for name in OBJECTS if "spec" in OBJECTS[name]},
    **{f"{name}.metadata": (name, ("metadata",)) for name in OBJECTS},
    **{name: (name, ()) for name in OBJECTS},
}
"""Where a change goes: an object, and the path in it."""


def changed(place: str, change: dict[str, Any]) -> dict[str, Any]:
    """A valid object with the fields of ``change`` put at ``place``; a null removes a field."""
    name, path = PLACES[place]
    item = copy.deepcopy(OBJECTS[name])
    node: Any = item
    for step in path:
        node = node[step]
    for key, value in change.items():
        if value is None:
            node.pop(key, None)
        else:
            node[key] = value
    return item


def located(item: dict[str, Any]) -> Mapping:
    """``item`` as our reader reads it."""
    (node,) = read_yaml(yaml.safe_dump(item), "object.yaml", Collector(), resolve=kubernetes_scalar, string_keys=False)
    assert isinstance(node, Mapping)
    return node


def codes(item: dict[str, Any], minor: int = 35) -> list[str]:
    """What is wrong with ``item``, by code."""
    return [problem.code for problem in problems(located(item), minor)]
