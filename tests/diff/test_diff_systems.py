"""What a change does to data, to clients, to those who read a map, and what is left to people."""

from __future__ import annotations

import pytest

from compose2qt.diff import Change, Effect, as_data, diff, render_markdown, render_text
from diff_trees import DATABASE, EXAMPLE, KUSTOMIZATION, tree


def changed(old: str, new: str) -> dict[str, Change]:
    assert old in DATABASE
    return {change.object: change for change in diff(tree(), tree(DATABASE.replace(old, new)))}


E = Effect
DB = "StatefulSet/db"
CHANGES: dict[str, tuple[str, str, str, Effect, str]] = {
    "no replicas": ("replicas: 1", "replicas: 0", DB, E.DOWNTIME, ""),
    "a variable of a map": ("LEVEL: info", "LEVEL: all", "ConfigMap/settings", E.ON_RESTART, "rollout restart statefulset/db"),
    "a file by subPath": ("init.sql: \"one\"", "init.sql: \"1\"", "ConfigMap/files", E.ON_RESTART, "restart statefulset/db"),
    "a file of a folder": ("other.txt: \"two\"", "other.txt: \"2\"", "ConfigMap/files", E.IN_PLACE, ""),
    "another claim": ("claimName: store", "claimName: shop", DB, E.DATA_AWAY, "was on PersistentVolumeClaim/store"),
    "another folder of it": ("mountPath: /data}", "mountPath: /data, subPath: a}", DB, E.DATA_AWAY, "folder a of"),
    "a mount that goes": ("        - {name: store, mountPath: /data}\n", "", DB, E.DATA_AWAY, "nothing is mounted"),
    "a variable with the folder": ("value: /data/pg", "value: /data/p", DB, E.DATA_AWAY, "PGDATA"),
    "a key with the folder": ("FOLDER: /data/x", "FOLDER: /data/y", "ConfigMap/settings", E.DATA_AWAY, "FOLDER"),
    "another variable": ("value: a}", "value: b}", DB, E.OUTAGE, ""),
    "a port": ("port: 5432", "port: 5433", "Service/db", E.CUT_OFF, "clients of port 5432"),
    "a node port": ("nodePort: 30001", "nodePort: 30002", "Service/db", E.CUT_OFF, "clients of node port 30001"),
    "no node port": ("type: NodePort", "type: ClusterIP", "Service/db", E.CUT_OFF, "clients of node port 30001"),
    "a selector": ("selector: {app: db}", "selector: {app: no}", "Service/db", E.CUT_OFF, "leads to no pod"),
    "another port": ("[{port: 5432,", "[{port: 1}, {port: 5432,", "Service/db", E.IN_PLACE, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_does(name: str) -> None:
    old, new, object_, effect, note = CHANGES[name]
    change = changed(old, new)[object_]
    assert change.effect is effect
    assert note in " ".join(change.notes)
    assert bool(change.notes) == bool(note)


def test_a_map_reaches_those_who_are_restarted_with_it() -> None:
    text = DATABASE.replace("LEVEL: info", "LEVEL: all").replace("value: a}", "value: b}")
    found = {change.object: change for change in diff(tree(), tree(text))}
    assert found["ConfigMap/settings"].effect is Effect.IN_PLACE
    assert found["ConfigMap/settings"].notes == ("new pods of StatefulSet/db start with it",)


def test_an_immutable_map_is_refused() -> None:
    text = DATABASE.replace("data: {LEVEL", "immutable: true\ndata: {LEVEL")
    (change,) = diff(tree(text), tree(text.replace("info", "all")))
    assert change.effect is Effect.REJECTED


DEPLOYMENT = DATABASE.replace("kind: StatefulSet", "kind: Deployment").replace("  serviceName: db\n", "")


@pytest.mark.parametrize(
    ("text", "strategy", "replicas", "effect"),
    [
        (DEPLOYMENT, "", 1, Effect.RESTART),
        (DEPLOYMENT, "strategy: {type: Recreate}", 3, Effect.OUTAGE),
        (DEPLOYMENT, "strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}", 1, Effect.OUTAGE),
        (DEPLOYMENT, "strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}", 2, Effect.RESTART),
        (DEPLOYMENT, "strategy: {rollingUpdate: {maxUnavailable: 100%}}", 4, Effect.OUTAGE),
        (DEPLOYMENT, "strategy: {rollingUpdate: {maxUnavailable: 50%, maxSurge: 0}}", 1, Effect.OUTAGE),
        (DATABASE, "", 1, Effect.OUTAGE),
        (DATABASE, "", 2, Effect.RESTART),
        (DATABASE, "updateStrategy: {type: OnDelete}", 1, Effect.ON_RESTART),
        (DATABASE, "updateStrategy: {rollingUpdate: {partition: 2}}", 2, Effect.ON_RESTART),
        (DATABASE.replace("StatefulSet", "DaemonSet"), "updateStrategy: {type: OnDelete}", 1, Effect.ON_RESTART),
        (DATABASE.replace("StatefulSet", "DaemonSet"), "", 1, Effect.RESTART),
    ],
)
def test_how_pods_are_replaced(text: str, strategy: str, replicas: int, effect: Effect) -> None:
    text = text.replace("  replicas: 1\n", f"  replicas: {replicas}\n" + (f"  {strategy}\n" if strategy else ""))
    (change,) = diff(tree(text), tree(text.replace("value: a}", "value: b}")))
    assert change.effect is effect


@pytest.mark.parametrize(("image", "effect"), [("postgres:16", Effect.DATA_LOSS), ("example.com/own:1", Effect.OUTAGE)])
def test_what_lives_as_long_as_the_pod_ends_with_it(image: str, effect: Effect) -> None:
    text = DATABASE.replace("persistentVolumeClaim: {claimName: store}", "emptyDir: {}").replace("postgres:16", image)
    text = text.replace("mountPath: /data}", "mountPath: /var/lib/postgresql/data}")
    (change,) = diff(tree(text), tree(text.replace("value: a}", "value: b}")))
    assert change.effect is effect
    assert change.notes == ("what is in /var/lib/postgresql/data (emptyDir) ends with the pod",)


def test_a_workload_of_another_kind_answers_beside_the_old_one() -> None:
    found = {change.object: change for change in diff(tree(), tree(DEPLOYMENT))}
    gone = found["StatefulSet/db"]
    assert gone.effect is Effect.BESIDE
    assert "Service/db leads to it and to Deployment/db" in gone.notes[0]
    assert "both write to PersistentVolumeClaim/store" in gone.notes[0]
    assert found["Deployment/db"].told == "starts"
    away = diff(tree(), tree(DEPLOYMENT.replace("claimName: store", "claimName: shop")))
    assert [change.effect for change in away if change.object == "Deployment/db"] == [Effect.DATA_AWAY]


def test_a_new_key_of_a_secret_is_to_be_filled_in() -> None:
    new = EXAMPLE.replace("{PASSWORD", "{TOKEN: REPLACE_ME, PASSWORD")
    (change,) = diff(tree(), tree(example=new))
    assert (change.object, change.verb, change.effect) == ("Secret/keys", "changed", Effect.BY_HAND)
    assert [(field.path, field.new) for field in change.fields] == [("/stringData/TOKEN", "(secret)")]
    assert "fill in TOKEN (example: secrets/keys-example.yaml)" in change.notes[0]
    assert "kubectl rollout restart statefulset/db" in change.notes[1]
    (change,) = diff(tree(example=new), tree())
    assert (change.effect, change.notes) == (Effect.NONE, ())
    (change,) = diff(tree(example=""), tree())
    assert (change.verb, change.effect) == ("added", Effect.BY_HAND)


def test_an_example_that_nobody_reads_asks_for_nothing() -> None:
    other = EXAMPLE.replace("keys-example", "other-example")
    assert diff(tree(), tree(**{"secrets/other.yaml": other})) == ()


KUSTOMIZED: dict[str, tuple[str, str, Effect]] = {
    "an image": ("images: [{name: postgres, newTag: '17'}]", "StatefulSet/db", Effect.OUTAGE),
    "replicas": ("replicas: [{name: db, count: 0}]", "StatefulSet/db", Effect.DOWNTIME),
    "a namespace": ("namespace: prod", "StatefulSet/db in namespace prod", Effect.DATA_AWAY),
    "a prefix": ("namePrefix: a-", "StatefulSet/a-db", Effect.DATA_AWAY),
    "a generator": ("configMapGenerator: [{name: x, literals: [a=b]}]", "Kustomization/kustomization.yaml", Effect.UNTOLD),
    "annotations": ("commonAnnotations: {a: b}", "Kustomization/kustomization.yaml", Effect.RESTART),
    "labels in selectors": ("commonLabels: {a: b}", "StatefulSet/db", Effect.REJECTED),
    "labels": ("labels: [{pairs: {a: b}}]", "StatefulSet/db", Effect.NONE),
}


@pytest.mark.parametrize("name", KUSTOMIZED)
def test_what_a_kustomization_says_counts(name: str) -> None:
    line, object_, effect = KUSTOMIZED[name]
    found = {change.object: change.effect for change in diff(tree(), tree(kustomization=f"{KUSTOMIZATION}{line}\n"))}
    assert found[object_] is effect


def test_a_patch_counts() -> None:
    kustomization = f"{KUSTOMIZATION}patches: [{{path: p.yaml}}]\n"
    patch = "kind: StatefulSet\nmetadata: {name: db}\nspec: {replicas: 2}\n"
    old, new = (tree(kustomization=kustomization, **{"p.yaml": text}) for text in (patch, patch.replace("2", "3")))
    (change,) = diff(old, new)
    assert (change.object, change.effect) == ("StatefulSet/db", Effect.IN_PLACE)


def test_the_namespace_in_which_everything_is_anyway_is_no_change() -> None:
    assert diff(tree(), tree(DATABASE.replace("metadata: {name: ", "metadata: {namespace: default, name: "))) == ()


def test_names_of_objects_are_no_secrets() -> None:
    shown = render_text(diff(tree(), tree(DATABASE.replace("secretRef: {name: keys}", "secretRef: {name: db-secret}"))))
    assert "keys -> db-secret" in shown


def test_the_worst_is_what_happens_on_apply() -> None:
    changes = diff(tree(), tree(DATABASE.replace("name: store}", "name: shop}").replace("claimName: store", "claimName: shop")))
    shown = render_text(changes)
    assert "the worst of it starts without the data of before" in shown
    assert "removed, goes on until it is deleted, which loses data" in shown
    assert "starts without the data of before; stops all pods" in shown


@pytest.mark.parametrize(
    ("object_", "words"),
    [
        ("ConfigMap/settings", "goes on until it is deleted, which nothing that runs notices"),
        ("Service/db", "goes on until it is deleted, which cuts off clients"),
        ("StatefulSet/db", "goes on until it is deleted, which stops what runs"),
    ],
)
def test_words_fit_the_kind(object_: str, words: str) -> None:
    empty = tree("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n", example="")
    assert {change.object: change.told for change in diff(tree(), empty)}[object_] == words


def test_a_map_that_goes_and_is_still_read() -> None:
    others = "---".join(part for part in DATABASE.split("---") if "metadata: {name: files}" not in part)
    (change,) = diff(tree(), tree(others))
    assert change.effect is Effect.ON_RESTART
    assert change.notes == ("new pods of StatefulSet/db do not start without it",)


def test_notes_stand_in_every_format() -> None:
    changes = diff(tree(), tree(DATABASE.replace("port: 5432", "port: 5433")))
    for shown in (render_text(changes), render_markdown(changes), str(as_data(changes))):
        assert "it cuts off clients of port 5432" in shown
