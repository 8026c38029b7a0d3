"""The graph of references between objects."""

from __future__ import annotations

from compose2qt.manifests import parse_tree
from compose2qt.manifests.references import Reference, references

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      serviceAccountName: web
      imagePullSecrets: [{name: registry}]
      initContainers:
      - {name: wait, image: b, envFrom: [{configMapRef: {name: settings, optional: true}}]}
      containers:
      - name: web
        image: a
        env:
        - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: LEVEL}}}
        - {name: B, valueFrom: {secretKeyRef: {name: keys, key: TOKEN}}}
        - {name: C, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        envFrom: [{secretRef: {name: keys}}]
      volumes:
      - {name: a, configMap: {name: settings, items: [{key: LEVEL, path: l}, {key: NONE, path: n}]}}
      - {name: b, secret: {secretName: keys, optional: true}}
      - {name: c, persistentVolumeClaim: {claimName: data}}
      - {name: d, projected: {sources: [{secret: {name: keys}}, {configMap: {name: settings}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {LEVEL: info}
---
apiVersion: v1
kind: Secret
metadata: {name: keys-example}
stringData: {TOKEN: change-me}
"""

SELECTORS = """
{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}}, spec: {selector: {app: web, tier: front}}}
---
{apiVersion: v1, kind: Service, metadata: {name: none, labels: {app: web}}, spec: {selector: {app: none}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b}
spec: {selector: {matchExpressions: [{key: tier, operator: In, values: [front, back]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: x}}}, {podSelector: {}, namespaceSelector: {}}]}]}
---
{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: m}, spec: {selector: {matchLabels: {app: web}}}}
"""


def graph(text: str) -> tuple[Reference, ...]:
    return references(parse_tree({"all.yaml": text}))


def told(found: tuple[Reference, ...]) -> list[tuple[str, str, str, str | None]]:
    return [(item.kind, item.name, item.key, item.resolved.id if item.resolved else None) for item in found]


def test_what_a_pod_needs() -> None:
    found = graph(WEB)
    example, settings = "Secret/keys-example", "ConfigMap/settings"
    assert told(found) == [
        ("ConfigMap", "settings", "", settings),
        ("ConfigMap", "settings", "LEVEL", settings),
        ("Secret", "keys", "TOKEN", example),
        ("Secret", "keys", "", example),
        ("ConfigMap", "settings", "LEVEL", settings),
        ("ConfigMap", "settings", "NONE", settings),
        ("Secret", "keys", "", example),
        ("PersistentVolumeClaim", "data", "", None),
        ("Secret", "keys", "", example),
        ("ConfigMap", "settings", "", settings),
        ("ServiceAccount", "web", "", None),
        ("Secret", "registry", "", None),
    ]
    assert [item.optional for item in found] == [
        True,
        False,
        False,
        False,
        False,
        False,
        True,
        False,
        False,
        False,
        False,
        True,
    ]
    assert [item.name for item in found if not item.has_key] == ["settings"]
    assert str(found[1].span) == "all.yaml:18:51"
    assert found[1].path == ("spec", "template", "spec", "containers", 0, "env", 0, "valueFrom", "configMapKeyRef", "name")


def test_selectors_refer_to_each_workload_that_they_select() -> None:
    other = WEB.partition("---")[0].replace("name: web}", "name: web-canary}")
    found = [item for item in graph(f"{WEB}---\n{other}---\n{SELECTORS}") if item.is_selector]
    assert [(item.source.id, item.name, item.resolved.id if item.resolved else None, item.optional) for item in found] == [
        ("Service/web", "app=web,tier=front", "Deployment/web", False),
        ("Service/web", "app=web,tier=front", "Deployment/web-canary", False),
        ("Service/none", "app=none", None, False),
        ("PodDisruptionBudget/b", "tier In (front, back)", "Deployment/web", False),
        ("PodDisruptionBudget/b", "tier In (front, back)", "Deployment/web-canary", False),
        ("NetworkPolicy/p", "*", "Deployment/web", True),
        ("NetworkPolicy/p", "*", "Deployment/web-canary", True),
        ("NetworkPolicy/p", "app=x", None, True),
        ("ServiceMonitor/m", "app=web", "Service/web", False),
        ("ServiceMonitor/m", "app=web", "Service/none", False),
    ]


def test_routes_scalers_and_roles() -> None:
    text = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend: {service: {name: web, port: {number: 81}}}
  tls: [{secretName: cert}]
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: gate}, {name: far, namespace: other}]
  rules: [{backendRefs: [{name: web, port: 80}, {name: gone, port: 80}, {name: far, namespace: other, port: 1}]}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 2}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {serviceName: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b}
roleRef: {kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: s}, {kind: User, name: u}]
"""
    found = graph(text)
    assert told(found) == [
        ("Service", "web", "81", "Service/web"),
        ("Service", "web", "http", "Service/web"),
        ("Secret", "cert", "", None),
        ("Gateway", "gate", "", None),
        ("Service", "web", "80", "Service/web"),
        ("Service", "gone", "80", None),
        ("Deployment", "web", "", None),
        ("Service", "web", "", "Service/web"),
        ("Role", "r", "", None),
        ("ServiceAccount", "s", "", None),
    ]
    assert [item.key for item in found if not item.has_key] == ["81"]


def test_names_are_looked_up_in_their_namespace() -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: SPACE}\n"
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: SPACE}\n"
        "spec: {volumes: [{name: a, persistentVolumeClaim: {claimName: data}}]}\n"
    )

    def resolved(claim_space: str, pod_space: str) -> bool:
        (found,) = graph(claim.replace("SPACE", claim_space) + "---\n" + pod.replace("SPACE", pod_space))
        return found.resolved is not None

    assert resolved("a", "a")
    assert not resolved("a", "b")
    assert resolved("a", '""'), "what names no namespace goes where it is applied"


def test_malformed_objects_refer_to_nothing_or_to_no_name() -> None:
    text = """
apiVersion: v1
kind: Pod
metadata: [a]
spec:
  volumes: [5, {configMap: 5}, {secret: }, {projected: {sources: {a: b}}}, {persistentVolumeClaim: [x]}]
  containers: {a: b}
  initContainers: [null, 5, {env: 5, envFrom: [{configMapRef: x}]}]
---
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: [x]}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {rules: [{http: {paths: [5]}}], tls: 5}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: 5, ingress: [{from: [x]}]}}
"""
    assert {item.name for item in graph(text)} <= {"", "*"}
