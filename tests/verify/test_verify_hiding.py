"""No value of a Secret, and nothing that looks like one, stands in what people read, whichever side it is of."""

from __future__ import annotations

import json

import pytest

from compose2qt.manifests import parse_tree
from compose2qt.verify import FORMATS, verify
from compose2qt.workload.sensitive import concealed
from shop_project import edited, manifests, project, verified

EDITS = {
    "a value of a Secret under a plain name": (
        "cache.yaml", "          image: redis:7\n",
        "          image: redis:7\n          env: [{name: PLAIN, valueFrom: {secretKeyRef: {name: more, key: k}}}]\n",
    ),
    "a whole Secret": (
        "cache.yaml", "          image: redis:7\n",
        "          image: redis:7\n          envFrom: [{secretRef: {name: more}}]\n",
    ),
    "a reference to it": (
        "cache.yaml", "          image: redis:7\n",
        "          image: redis:7\n          env: [{name: A, valueFrom: {secretKeyRef: {name: more, key: k}}}]\n"
        "          args: [serve, $(A)]\n",
    ),
    "a word behind an option": ("worker.yaml", '"-m", "worker"]', '"-m", "worker", "--password", "Only77Zq8LmTheir"]'),
    "an option with its word": ("worker.yaml", '"-m", "worker"]', '"-m", "worker", "--api-token=Only77Zq8LmTheir"]'),
    "a user of curl": (
        "cache.yaml", "          image: redis:7\n",
        "          image: redis:7\n"
        "          lifecycle: {preStop: {exec: {command: [curl, -u, admin:Only77Zq8LmTheir, x]}}}\n",
    ),
    "an annotation of a route": (
        "cache.yaml", "apiVersion: apps/v1\n",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        "metadata: {name: i, annotations: {nginx.ingress.kubernetes.io/auth-url: 'https://u:Only77Zq8LmTheir@h/', "
        "nginx.ingress.kubernetes.io/configuration-snippet: 'proxy_set_header X-Api-Key Only77Zq8LmTheir;'}}\n"
        "spec: {defaultBackend: {service: {name: api, port: {number: 8000}}}}\n---\napiVersion: apps/v1\n",
    ),
    "a header": (
        "api.yaml", "httpGet: {path", "httpGet: {httpHeaders: [{name: Authorization, value: Basic Only77Zq8LmTheir}], path",
    ),
}  # fmt: skip
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: more}\nstringData: {k: Only77Zq8LmTheir}\n"


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_what_only_the_manifests_hold_is_not_shown(edit: tuple[str, str, str]) -> None:
    made = verified({**edited(*edit), "secret.yaml": SECRET})
    assert made.different
    for render in FORMATS.values():
        assert "Only77Zq8Lm" not in render(made)


def test_what_is_said_of_a_mount_stays_readable() -> None:
    made = verified(edited("api.yaml", "persistentVolumeClaim: {claimName: uploads}", "secret: {secretName: signing}"))
    found = next(one for one in made.different if (one.service, one.item) == ("api", "/srv/uploads"))
    assert found.compose == "persistent storage, read-write"
    assert found.kubernetes == "a folder of one file with its content, read-only"


def test_a_secret_that_may_be_missing_is_no_other_one() -> None:
    files = {path: text.replace("metadata: {name: db-secret}", "metadata: {name: other}") for path, text in manifests().items()}
    files["db.yaml"] = files["db.yaml"].replace("secretRef: {name: db-secret}", "secretRef: {name: db-secret, optional: true}")
    made = verify(project(), parse_tree(files), secrets={("db-secret", "POSTGRES_PASSWORD"): "pa55word"})
    found = next(one for one in made.different if (one.service, one.item) == ("db", "POSTGRES_PASSWORD"))
    assert (found.compose, found.kubernetes) == ("a secret value", "the same value (or not set: its Secret is optional)")


PARTS = {
    "its host": ("@db:5432", "@cache:5432"),
    "its port": ("@db:5432", "@db:5433"),
    "its path": (":5432/shop", ":5432/other"),
    "its user": ("//shop:", "//root:"),
    "its password": ("$(DB_PASSWORD)", "other"),
    "its host, its port": ("@db:5432", "@cache:6379"),
}


@pytest.mark.parametrize("part", PARTS)
def test_what_differs_of_a_secret_url_is_told_without_its_value(part: str) -> None:
    made = verified(edited("api.yaml", "postgres://shop:$(DB_PASSWORD)@db:5432/shop", _replaced(*PARTS[part])))
    found = next(one for one in made.different if (one.service, one.item) == ("api", "DB_URL"))
    assert (found.compose, found.kubernetes) == ("a secret value", f"another secret value: {part} differs")


def _replaced(old: str, new: str) -> str:
    return "postgres://shop:$(DB_PASSWORD)@db:5432/shop".replace(old, new)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ('ping --password="$(cat /run/secrets/pw)" -s', 'run ["sh", "-c", "ping --password=\\"$(cat /run/secrets/pw)\\" -s"]'),
        ('ping --password="Leak99Secret" -s', 'run ["sh", "-c", "ping --password=\\"***\\" -s"]'),
    ],
)
def test_what_a_shell_puts_in_the_place_of_a_secret_is_shown(command: str, shown: str) -> None:
    assert concealed(f"run {json.dumps(['sh', '-c', command])}") == shown
