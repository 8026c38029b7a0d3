"""The engine: places, sources, order, suppression; no secret in any finding; no input that breaks it."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest

from compose2qt.audit import audit, judge
from compose2qt.audit.mention import Mention, addresses, mentions
from compose2qt.diagnostic import Collector, Severity
from compose2qt.manifests.model import Object, Tree
from compose2qt.source import Mapping, Span, kubernetes_scalar, read_yaml
from compose2qt.workload import EmittedField, Entry, Leaf, Ledger, Outcome

WEB = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {%s}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:latest
        env:
        - {name: DB_PASSWORD, value: %s}
      volumes:
      - {name: logs, hostPath: {path: /var/log}}
"""


def tree(text: str) -> Tree:
    nodes = read_yaml(text, "web.yaml", Collector(), resolve=kubernetes_scalar, string_keys=False)
    return Tree(tuple(Object(node, "web.yaml") for node in nodes if isinstance(node, Mapping)))


def web(annotations: str = "", secret: str = "hunter2") -> Tree:  # noqa: S107 - what the tests look for
    return tree(WEB % (annotations, secret))


def names(found: object) -> set[str]:
    assert isinstance(found, tuple)
    return {finding.name for finding in found}


def test_a_finding_stands_where_its_field_is_written() -> None:
    latest = next(finding for finding in audit(web()) if finding.name == "image-latest-tag")
    assert (latest.span, latest.object) == (Span("web.yaml", 12, 9), "Deployment/web")
    assert latest.field == "/spec/template/spec/containers/0/image"
    missing = next(finding for finding in audit(web()) if finding.name == "missing-memory-limit")
    assert missing.span == Span("web.yaml", 11, 9)
    assert missing.field == "/spec/template/spec/containers/0/resources/limits/memory"


def test_a_finding_comes_from_the_compose_line_that_the_ledger_names() -> None:
    image, other = Span("compose.yaml", 4, 12), Span("compose.yaml", 9, 3)
    root = "/spec/template/spec/containers/0"
    fields = ((image, f"{root}/image"), (other, f"{root}/env/0/value"))
    entries = tuple(
        Entry(Leaf(("services", "web"), span), Outcome.EMITTED, (EmittedField(span, "Deployment/web", field),))
        for span, field in fields
    )
    found = {finding.name: finding.source for finding in audit(web(), Ledger(entries))}
    assert found["image-latest-tag"] == image
    assert found["plaintext-secret"] == other
    assert found["missing-memory-limit"] == image, "the nearest part of the object that comes from Compose"
    assert all(finding.source is None for finding in audit(web()))


def test_the_worst_come_first_and_the_order_is_always_the_same() -> None:
    found = audit(web())
    assert list(found) == sorted(found, key=lambda one: -one.severity)
    assert found == audit(web())
    assert found[0].severity is Severity.ERROR


def test_no_finding_shows_a_secret() -> None:
    text = WEB % ("", "Kq8vZ2mN4pR7tW1xY5bC")
    text += """---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {API_TOKEN: Kq8vZ2mN4pR7tW1xY5bC, URL: "postgres://u:Kq8vZ2mN4pR7tW1xY5bC@db:1/x", A: "$(X) Kq8vZ2mN4pR7tW1xY5bC"}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {token: Kq8vZ2mN4pR7tW1xY5bC}
"""
    made = tree(text)
    assert {"plaintext-secret", "plaintext-secret-in-config-map", "secret-in-tree"} <= names(audit(made))
    assert "Kq8vZ2mN4pR7tW1xY5bC" not in repr(audit(made))


def test_what_is_not_applied_is_not_judged() -> None:
    made = web()
    assert audit(Tree(tuple(Object(item.root, item.file, applied=False) for item in made.objects))) == ()


@pytest.mark.parametrize("rule", ["host-path-volume", "SEC012"])
def test_an_annotation_excuses_a_finding_with_its_reason(rule: str) -> None:
    judged = judge(web(f'ignore.compose2qt/{rule}: "the agent reads the logs"'))
    assert "host-path-volume" not in names(judged.findings)
    assert [one.excuse.reason for one in judged.excused if one.excuse] == ["the agent reads the logs"]
    assert "image-latest-tag" in names(judged.findings), "it excuses nothing else"


@pytest.mark.parametrize(
    ("today", "stands"),
    [(None, False), (datetime.date(2027, 6, 30), False), (datetime.date(2027, 7, 1), True)],
)
def test_a_suppression_expires(today: datetime.date | None, stands: bool) -> None:
    found = names(audit(web('ignore.compose2qt/host-path-volume: "the agent (until 2027-06-30)"'), today=today))
    assert ("host-path-volume" in found) is stands
    assert ("expired-suppression" in found) is stands


@pytest.mark.parametrize("words", ['""', '"(until 2027-06-30)"', '"why (until 2027-02-30)"'])
def test_a_suppression_without_a_reason_or_with_an_impossible_day_does_not_count(words: str) -> None:
    found = names(audit(web(f"ignore.compose2qt/host-path-volume: {words}")))
    assert {"host-path-volume", "suppression-without-reason"} <= found


@pytest.mark.parametrize(
    "words",
    ['"needs it (until 2026-11-24)."', '"UNTIL 2020-01-01"', '"legacy, until 2020-1-1"', '"legacy until the 2020-01-01"'],
)
def test_an_end_is_read_however_it_is_written(words: str) -> None:
    found = names(audit(web(f"ignore.compose2qt/host-path-volume: {words}"), today=datetime.date(2026, 11, 25)))
    assert "host-path-volume" in found


def test_what_is_said_of_suppressions_cannot_be_excused() -> None:
    words = 'ignore.compose2qt/host-path-volume: "old (until 2020-01-01)", ignore.compose2qt/AUD001: "hide it"'
    judged = judge(web(words), today=datetime.date(2026, 11, 25))
    assert {"host-path-volume", "expired-suppression", "suppression-without-use"} <= names(judged.findings)
    assert judged.excused == ()
    assert "AUD001 cannot be excused" in [one.message for one in judged.findings]


def test_ends_that_nobody_judges_are_counted() -> None:
    words = 'ignore.compose2qt/host-path-volume: "old (until 2020-01-01)"'
    assert judge(web(words)).undated == 1
    assert judge(web(words), today=datetime.date(2019, 1, 1)).undated == 0


def test_an_end_in_the_middle_of_a_reason_does_not_excuse_for_ever() -> None:
    found = names(audit(web('ignore.compose2qt/host-path-volume: "until 2027-06-30, when the agent goes"')))
    assert {"host-path-volume", "suppression-without-reason"} <= found


def test_a_port_that_is_only_usual_is_a_warning() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec: {selector: {a: b}, ports: [{port: 55000}]}"
    spec = "{containers: [{name: c, env: [{name: URL, value: 'https://api'}]}]}"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}"
    found = [one for one in audit(tree(f"{service}\n---\n{pod}")) if one.name == "peer-port-missing"]
    assert [one.severity for one in found] == [Severity.WARNING]


def test_a_suppression_of_an_unknown_rule_is_told() -> None:
    assert "suppression-of-nothing" in names(audit(web('ignore.compose2qt/host-paht: "why"')))


@pytest.mark.parametrize(
    "text",
    [
        "kind: Deployment",
        "kind: Deployment\nspec: [1, 2]",
        "kind: Deployment\nspec: {replicas: many, template: {spec: {containers: [1, null, {env: 3, ports: [x], image: {}}]}}}",
        "kind: Service\nspec: {selector: [a], ports: {a: b}, type: [x]}",
        "kind: Ingress\nspec: {rules: [{http: [x]}, 7], tls: 1}\nmetadata: {annotations: [x]}",
        "kind: HorizontalPodAutoscaler\nspec: {metrics: x, scaleTargetRef: []}",
        "kind: NetworkPolicy\nspec: {podSelector: 1, ingress: [{from: x}]}",
        "kind: PersistentVolumeClaim\nspec: {accessModes: x, resources: {requests: {storage: [x]}}}",
        "kind: ConfigMap\ndata: [1]",
        "kind: Secret\ndata: {a: [1], b: '%%%'}",
        "kind: Role\nrules: [x, {verbs: {a: b}}]",
        "kind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {volumes: [x, {hostPath: 3}]}}}}}",
        "kind: PodDisruptionBudget\nspec: {minAvailable: x, selector: {matchExpressions: [1, {key: a}]}}",
    ],
)
def test_objects_of_any_shape_are_judged(text: str) -> None:
    assert isinstance(audit(tree(text)), tuple)


def test_importing_the_package_imports_no_rule() -> None:
    code = (
        "import sys, compose2qt.audit; print([name for name in sys.modules if 'audit.rules' in name or 'audit.engine' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("URL", "http://api:8080/x", [Mention("api", 8080, "http")]),
        ("URL", "postgresql+asyncpg://u:p@db/app", [Mention("db", 5432, "postgresql", "u:p", is_guess=True)]),
        ("BROKERS", "kafka-1:9092,kafka-2:9092", [Mention("kafka-1", 9092), Mention("kafka-2", 9092)]),
        ("REDIS_HOST", "redis", [Mention("redis", None)]),
        ("CACHE", "redis", []),
        ("TIME", "12:30", []),
        ("PORT", "8080", []),
        ("HOSTS", "[::1]:80", []),
    ],
)
def test_mentions(key: str, value: str, expected: list[Mention]) -> None:
    assert list(mentions(key, value)) == expected


@pytest.mark.parametrize(
    ("command", "uses"),
    [
        ("nc -z web 80", True),
        ("curl http://web:80/", True),
        ("pg_isready -h web", True),
        ("psql postgres://u@web/x", True),
        ("pg_isready -U web -d web", False),
        ("redis-cli -h redis --user=web ping", False),
        ("chown -R 1 /var/lib/web", False),
        ("cat my-web web-2 ./web", False),
    ],
)
def test_a_command_addresses_a_host(command: str, uses: bool) -> None:
    assert addresses(command, "web") is uses


@pytest.mark.parametrize(
    ("literals", "told"), [("[user=REPLACE_ME, password=Leak77, broken]", ["password"]), ("[a=<secret>]", [])]
)
def test_a_secret_that_a_kustomization_makes_of_literals_is_told_without_its_value(literals: str, told: list[str]) -> None:
    (made,) = tree(f"secretGenerator: [{{name: s, literals: {literals}}}]").objects
    found = [one for one in audit(Tree((), kustomizations=(made,))) if one.code == "SEC004"]
    assert [one.message for one in found] == [f"a secretGenerator holds values for {key}" for key in told]
    assert [str(one.span).partition(":")[0] for one in found] == ["web.yaml"] * len(told)
    assert "Leak77" not in str(found)
