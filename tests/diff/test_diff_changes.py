"""What changes between two trees, and what it does to a running system."""

from __future__ import annotations

import pytest

from compose2qt.diagnostic import Collector
from compose2qt.diff import Effect, as_data, diff, render_markdown, render_text
from compose2qt.manifests.model import Object, Tree
from compose2qt.source import Mapping, kubernetes_scalar, read_yaml


def tree(text: str) -> Tree:
    roots = read_yaml(text, "t.yaml", Collector(), resolve=kubernetes_scalar, string_keys=False)
    return Tree(tuple(Object(root, "t.yaml") for root in roots if isinstance(root, Mapping)), ("t.yaml",))


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {team: a}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
        resources: {limits: {memory: 1Gi}}
"""


def only(old: str, new: str) -> tuple[str, Effect, set[str]]:
    (change,) = diff(tree(old), tree(new))
    return change.verb, change.effect, {field.path for field in change.fields}


@pytest.mark.parametrize(
    ("before", "after", "effect", "path"),
    [
        ("nginx:1.27", "nginx:1.28", Effect.RESTART, "/spec/template/spec/containers/[web]/image"),
        ("replicas: 1", "replicas: 3", Effect.IN_PLACE, "/spec/replicas"),
        ("team: a", "team: b", Effect.NONE, "/metadata/labels/team"),
        ("matchLabels: {app: web}", "matchLabels: {app: www}", Effect.REJECTED, "/spec/selector/matchLabels/app"),
        (
            '{name: B, value: "2"}',
            '{name: B, value: "3"}',
            Effect.RESTART,
            "/spec/template/spec/containers/[web]/env/[B]/value",
        ),
    ],
)
def test_a_changed_field_and_its_effect(before: str, after: str, effect: Effect, path: str) -> None:
    assert only(DEPLOYMENT, DEPLOYMENT.replace(before, after)) == ("changed", effect, {path})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("memory: 1Gi", "memory: 1024Mi"),
        ('[{name: A, value: "1"}, {name: B, value: "2"}]', '[{name: B, value: "2"}, {name: A, value: "1"}]'),
        ("replicas: 1\n  selector: {matchLabels: {app: web}}", "selector: {matchLabels: {app: web}}\n  replicas: 1"),
    ],
)
def test_what_means_the_same_is_no_change(before: str, after: str) -> None:
    assert before in DEPLOYMENT
    assert diff(tree(DEPLOYMENT), tree(DEPLOYMENT.replace(before, after))) == ()


CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
"""


def test_claims_grow_but_do_not_shrink() -> None:
    assert only(CLAIM, CLAIM.replace("5Gi", "6Gi"))[1] is Effect.IN_PLACE
    assert only(CLAIM, CLAIM.replace("5Gi", "4Gi"))[1] is Effect.REJECTED
    assert only(CLAIM, CLAIM.replace("ReadWriteOnce", "ReadWriteMany"))[1] is Effect.REJECTED


def test_added_and_removed_objects() -> None:
    assert [(c.verb, c.effect) for c in diff(tree(CLAIM), tree(DEPLOYMENT))] == [
        ("added", Effect.NEW),
        ("removed", Effect.DATA_LOSS),
    ]


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {TOKEN: hunter2}\n"


def test_a_secret_value_never_shows() -> None:
    changes = diff(tree(SECRET), tree(SECRET.replace("hunter2", "hunter3")))
    assert changes
    shown = render_text(changes) + render_markdown(changes) + str(as_data(changes))
    assert "hunter" not in shown
    assert "TOKEN" in shown


def test_a_secret_in_plain_text_never_shows() -> None:
    text = DEPLOYMENT.replace('{name: A, value: "1"}', "{name: DB_PASSWORD, value: hunter2}").replace(
        '{name: B, value: "2"}', '{name: B, value: "http://u:hunter2@db"}'
    )
    changes = diff(tree(text), tree(text.replace("hunter2", "hunter3")))
    assert len(changes[0].fields) == 2
    assert "hunter" not in render_text(changes) + render_markdown(changes) + str(as_data(changes))


def test_a_secret_among_words_never_shows() -> None:
    text = DEPLOYMENT.replace('{name: B, value: "2"}', '{name: B, value: "proxy_set_header X-Api-Key Zeb9ra77q;"}')
    changes = diff(tree(text), tree(text.replace("Zeb9", "Yeb9")))
    assert len(changes[0].fields) == 1
    assert "eb9ra77q" not in render_text(changes) + render_markdown(changes) + str(as_data(changes))


def test_a_comment_on_a_pull_request_stays_below_its_limit() -> None:
    many = "---\n".join(DEPLOYMENT.replace("name: web", f"name: web-{n}", 1) for n in range(900))
    changes = diff(tree(many), tree(many.replace("nginx:1.27", "nginx:1.28")))
    text = render_markdown(changes)
    assert len(text) <= 65_536
    assert text.rstrip().endswith(")")
    assert "900 changed" in text


def test_no_changes_says_so() -> None:
    assert render_text(()) == "no changes\n"


def test_a_recreated_deployment_is_away() -> None:
    recreated = DEPLOYMENT.replace("replicas: 1", "replicas: 1\n  strategy: {type: Recreate}")
    assert only(recreated, recreated.replace("nginx:1.27", "nginx:1.28"))[1] is Effect.OUTAGE


@pytest.mark.parametrize(("replicas", "effect"), [(1, Effect.OUTAGE), (3, Effect.RESTART)])
def test_the_only_pod_of_a_stateful_set_is_away(replicas: int, effect: Effect) -> None:
    one = DEPLOYMENT.replace("kind: Deployment", "kind: StatefulSet").replace("replicas: 1", f"replicas: {replicas}")
    assert only(one, one.replace("nginx:1.27", "nginx:1.28"))[1] is effect


def test_apply_removes_nothing() -> None:
    assert "Deployment/web: removed, goes on until it is deleted, which stops what runs" in render_text(
        diff(tree(DEPLOYMENT), tree(""))
    )
    assert "1 removed; the worst of it goes on until it is deleted" in render_markdown(diff(tree(DEPLOYMENT), tree("")))


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("1.27", "1.28", ["    spec.template.spec.containers[web].image: nginx:1.27 -> nginx:1.28"]),
        (', {name: B, value: "2"}', "", ["    - spec.template.spec.containers[web].env[B]: value 2"]),
        (
            "resources",
            "volumeMounts: [{name: d, mountPath: /srv/a.b}]\n        ports: [{containerPort: 80}]\n        resources",
            [
                "    + spec.template.spec.containers[web].volumeMounts[/srv/a.b]: name d",
                "    + spec.template.spec.containers[web].ports[80]",
            ],
        ),
        ("{team: a}", "{team: a, example.com/x: y1}", ["    metadata.labels[example.com/x]: (absent) -> y1"]),
    ],
)
def test_fields_are_written_as_people_write_them(old: str, new: str, lines: list[str]) -> None:
    text = render_text(diff(tree(DEPLOYMENT), tree(DEPLOYMENT.replace(old, new))))
    assert [line for line in text.splitlines() if line.startswith("    ")] == lines
