"""Validation of whole trees: each object, and what cannot work between them."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compose2qt.diagnostic import InputError, Severity
from compose2qt.manifests import parse_tree, read_tree
from compose2qt.manifests.pages import pages
from compose2qt.manifests.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).parents[2] / "src" / "compose2qt"
OUT = Path(__file__).parents[2] / "out" / "quantum-trader"

WORKLOAD: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "a:1",
                        "ports": [{"name": "http", "containerPort": 8080}],
                        "env": [
                            {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "A"}}},
                            {"name": "B", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "B"}}},
                        ],
                        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                    }
                ],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
            },
        },
    },
}
SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
}
CONFIG: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"A": "b"}}
CLAIM: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}
SECRET: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys-example"}, "stringData": {"B": "c"}}


def files() -> dict[str, Any]:
    """A complete and valid tree, as data by path."""
    resources = ["config.yaml", "claim.yaml", "web.yaml", "service.yaml"]
    parts: dict[str, Any] = {
        "kustomization.yaml": {"resources": resources},
        "config.yaml": CONFIG,
        "claim.yaml": CLAIM,
        "secret-example.yaml": SECRET,
        "web.yaml": WORKLOAD,
        "service.yaml": SERVICE,
    }
    return copy.deepcopy(parts)


def codes(parts: dict[str, Any], elsewhere: frozenset[str] = frozenset()) -> list[str]:
    tree = parse_tree({name: yaml.safe_dump(part) for name, part in parts.items()}, elsewhere)
    return [diagnostic.code for diagnostic in validate(tree, "1.35")]


def test_a_complete_tree_is_valid() -> None:
    assert codes(files()) == []


def _container(parts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = parts["web.yaml"]["spec"]["template"]["spec"]["containers"][0]
    return found


BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a claim is missing": (lambda p: p.pop("claim.yaml"), "dangling-reference"),
    "a ConfigMap is missing": (lambda p: p.pop("config.yaml"), "dangling-reference"),
    "a ConfigMap is not applied": (lambda p: p["kustomization.yaml"]["resources"].remove("config.yaml"), "dangling-reference"),
    "a workload is missing": (lambda p: p.pop("web.yaml"), "dangling-reference"),
    "a selector misses": (lambda p: p["service.yaml"]["spec"].update(selector={"app": "other"}), "dangling-reference"),
    "a key is missing": (lambda p: p["config.yaml"]["data"].clear(), "key-missing"),
    "a key of the example is missing": (lambda p: p["secret-example.yaml"]["stringData"].clear(), "key-missing"),
    "a port is missing": (lambda p: _container(p)["ports"][0].update(name="web"), "target-port-unknown"),
    "an object stands twice": (
        lambda p: (p.update({"again.yaml": CONFIG}), p["kustomization.yaml"]["resources"].append("again.yaml")),
        "duplicate-object",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_work_between_objects(name: str) -> None:
    change, code = BROKEN[name]
    parts = files()
    change(parts)
    assert codes(parts) == [code]


def test_every_code_has_a_page() -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for name in ("kube", "manifests") for path in (SOURCE / name).glob("*.py")
    )
    codes_in_source = set(re.findall(r'(?:walk\.add|violation)\(\s*"([a-z0-9-]+)"', written)) | {"bad-quantity", "bad-base64"}
    found = pages()
    assert len({page.code for page in found}) == len(found)
    assert codes_in_source <= {page.code for page in found}
    assert all(page.about and page.text for page in found)


def test_what_may_be_elsewhere() -> None:
    parts = files()
    del parts["secret-example.yaml"], parts["config.yaml"]
    assert codes(parts, frozenset({"ConfigMap/settings"})) == []


def test_what_is_not_applied_may_refer_to_anything() -> None:
    parts = files()
    del parts["config.yaml"], parts["claim.yaml"]
    parts["kustomization.yaml"]["resources"] = []
    assert codes(parts) == []


def test_trees_of_others_are_only_told_what_is_certain(tmp_path: Path) -> None:
    parts = files()
    del parts["config.yaml"], parts["claim.yaml"], parts["kustomization.yaml"], parts["secret-example.yaml"]
    parts["dev/service.yaml"] = SERVICE
    for name, part in parts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(yaml.safe_dump(part))
    assert validate(read_tree(tmp_path, "k8s"), "1.35") == []
    both = yaml.safe_dump_all([CONFIG, CONFIG, {**WORKLOAD, "metadata": {"name": "other"}}])
    (tmp_path / "both.yaml").write_text(both.replace("key: A", "key: Z"))
    assert [found.code for found in validate(read_tree(tmp_path, "k8s"), "1.35")] == ["duplicate-object", "key-missing"]


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"kustomization.yaml": "resources: [web.yaml, c.yaml]", "c.yaml": "hello"}, ["no-object"]),
        ({"kustomization.yaml": "resources: [web.yaml, c.yaml]", "c.yaml": "kind: ConfigMap\ndata: {}"}, ["no-object"]),
        ({"kustomization.yaml": "resources: [web.yaml, c.yaml, d, ../e, github.com/a/b]"}, ["resource-missing"] * 2),
        ({"kustomization.yaml": "resources: [web.yaml, https://u:p@x.org/y, 'git::ssh://x/y', 'u@x:y']"}, []),
        ({"kustomization.yaml": "resources: [web.yaml, d]", "d/kustomization.yaml": "resources: []"}, []),
        ({"c.yaml": "kind: ConfigMap\ndata: {}"}, ["no-object"]),
        ({"values.yaml": "kind: Deployment\nimage: {tag: '1'}"}, []),
        ({"docker-compose.yml": "services: {web: {image: nginx}}"}, []),
    ],
)
def test_what_is_no_object_is_told(tmp_path: Path, files: dict[str, str], codes: list[str]) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\n"
    for name, text in {"web.yaml": secret, **files}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [found.code for found in validate(read_tree(tmp_path, "k8s"), "1.35")] == codes


def test_a_listed_file_that_is_not_yaml_is_told(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [c.yaml]")
    (tmp_path / "c.yaml").write_text("a: b\n\tc: d\n")
    with pytest.raises(InputError, match=r"c\.yaml:2"):
        read_tree(tmp_path, "k8s")


def test_a_diagnostic_says_object_field_place_and_what_to_do() -> None:
    text = yaml.safe_dump(WORKLOAD).replace("containerPort: 8080", "containerPort: 99999")
    (found,) = validate(parse_tree({"services/web.yaml": text, "c.yaml": yaml.safe_dump_all([CONFIG, CLAIM])}), "1.35")
    assert found.severity is Severity.ERROR
    assert found.message.startswith("Deployment/web spec.template.spec.containers[0].ports[0].containerPort: 99999")
    assert found.span is not None
    assert text.splitlines()[found.span.line - 1][found.span.column - 1 :].startswith("containerPort")
    assert found.fix


def test_messages_stay_short_whatever_the_names() -> None:
    long = "x" * 10_000
    items = [{**CONFIG, "metadata": {"name": long}, "data": {f"{long}/": "a"}}, {**SERVICE, long: 1, "kind": "Service"}]
    found = validate(parse_tree({"a.yaml": yaml.safe_dump_all(items)}), "1.35")
    assert {item.code for item in found} == {
        "bad-name",
        "name-too-long",
        "bad-config-key",
        "unknown-field",
        "dangling-reference",
    }
    assert all(len(item.message + item.fix) < 500 for item in found)


def test_the_order_is_that_of_the_files() -> None:
    bad = {**CONFIG, "metadata": {"name": "A_"}}
    tree = parse_tree(
        {"b.yaml": yaml.safe_dump_all([bad, CLAIM, {**SERVICE, "kind": "Sevice"}]), "a.yaml": yaml.safe_dump(bad)}
    )
    found = validate(tree, "1.35")
    assert [(item.code, item.span.file if item.span else "") for item in found] == [
        ("bad-name", "b.yaml"),
        ("unknown-kind", "b.yaml"),
        ("bad-name", "a.yaml"),
        ("duplicate-object", "a.yaml"),
    ]
    assert validate(tree, "1.35") == found


@pytest.mark.parametrize("version", ["1.30", "1.33", "1.35", "1.37"])
def test_quantum_trader_is_valid(version: str) -> None:
    assert validate(read_tree(OUT, "out"), version) == []


def test_manifests_that_people_wrote_are_rarely_refused(shared: Path) -> None:
    """Manifests in use are valid: what is refused in them must be explained by what their authors left to fill in."""
    seed = 20261125
    print(f"seed {seed}")
    corpus = [
        path for path in sorted((shared / "corpus").rglob("k8s/**/*.yaml")) if "{{" not in path.read_text(errors="replace")
    ]
    sample = random.Random(seed).sample(corpus, min(len(corpus), 150))  # noqa: S311 - a sample, not a secret
    objects, refused = 0, []
    for path in sample:
        content = path.read_text(errors="replace")
        try:
            tree = read_tree(path, path.name)
        except InputError:
            continue
        objects += len(tree.objects)
        if "${" not in content and not (path.parent / "kustomization.yml").exists():
            refused += [str(found) for found in validate(tree, "1.35")]
    assert objects > 50
    assert len(refused) < objects * 0.03, refused
