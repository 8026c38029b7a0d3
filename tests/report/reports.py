"""Reports to render, small and hostile."""

from __future__ import annotations

from datetime import date

from compose2qt.audit import Finding, audit
from compose2qt.audit.finding import Excuse
from compose2qt.budget import budget, fit, parse_nodes
from compose2qt.diagnostic import Collector, Severity
from compose2qt.manifests.model import Object, Tree
from compose2qt.mapping.plan import NumberClaim
from compose2qt.report import Report
from compose2qt.source import Mapping, Span, kubernetes_scalar, read_yaml
from compose2qt.workload import EmittedField, Entry, Leaf, Ledger, Loss, Origin, OriginKind, Outcome

MANIFESTS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx
        ports: [{containerPort: 80}]
        env: [{name: API, value: "http://localhost:8000"}]
        resources: {requests: {cpu: 250m, memory: 64Mi}, limits: {memory: 128Mi}}
      nodeSelector: {disk: ssd}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
"""
HOSTILE = "a\x1b[31m\x00\u202e|`<script>alert(1)</script>](http://x) @team #1 **b**\r\n# h\n"


def tree(text: str = MANIFESTS) -> Tree:
    nodes = read_yaml(text, "out/all.yaml", Collector(), resolve=kubernetes_scalar)
    return Tree(tuple(Object(node, "all.yaml") for node in nodes if isinstance(node, Mapping)), ("all.yaml",))


def ledger() -> Ledger:
    image, port, volume = (Span("docker-compose.yml", line, 5) for line in (3, 5, 7))
    loss = Loss("ports.host-port", port, "nothing is exposed (8080 -> 80)", "use kubectl port-forward", "web", Severity.INFO)
    gone = Loss("volumes.socket", volume, "the socket is the node's", "use the Kubernetes API", "web", Severity.ERROR)
    field = "/spec/template/spec/containers/0/image"
    return Ledger(
        (
            Entry(Leaf(("services", "web", "image"), image), Outcome.EMITTED, (EmittedField(image, "Deployment/web", field),)),
            Entry(Leaf(("services", "web", "ports", 0), port), Outcome.LOST, (), (loss,), loss.reason),
            Entry(Leaf(("services", "web", "volumes", 0), volume), Outcome.LOST, (), (gone,), gone.reason),
        )
    )


def small() -> Report:
    """A report with something of everything."""
    stated = NumberClaim("requests.cpu", "300m", Origin(OriginKind.MAPPING, Span("mapping.yaml", 4, 3)))
    right = NumberClaim("storage", "5Gi", Origin(OriginKind.MAPPING, Span("mapping.yaml", 5, 3)))
    made = tree()
    computed = budget(made, [stated, right])
    excuse = Excuse("an agent of @ops #7", date(2027, 6, 30), Span("mapping.yaml", 9, 3), in_source=False)
    excused = Finding("SEC012", "host-path-volume", Severity.ERROR, "m", Span("a", 1, 1), "Pod/p", "/x", "f", excuse=excuse)
    placed = fit(made, computed, parse_nodes("1x1cpu1Gi"))
    return Report("shop", computed, audit(made, ledger()), ledger(), excused=(excused,), undated=1, fit=placed)


def hostile() -> Report:
    """A report whose every text comes from somebody who wants to break the page."""
    span = Span(HOSTILE, 1, 1)
    finding = Finding("COR001", "dangling-config-map", Severity.ERROR, HOSTILE, span, HOSTILE, "/" + HOSTILE, HOSTILE, span)
    loss = Loss("x.y", span, HOSTILE, HOSTILE, HOSTILE, Severity.ERROR)
    entry = Entry(Leaf((HOSTILE,), span), Outcome.LOST, (), (loss,), HOSTILE)
    return Report(HOSTILE, budget(tree(MANIFESTS.replace("name: web", 'name: "w|b`<b>"'))), (finding,), Ledger((entry,)))


def giant(number: int = 5000) -> Report:
    """A report that is far larger than a comment may be."""
    findings = tuple(
        Finding("COR001", "dangling-config-map", Severity.ERROR, "m" * 300, Span("a.yaml", line, 1), "Pod/p", "/x", "f" * 300)
        for line in range(1, number)
    )
    return Report("giant", budget(tree()), findings, ledger())
