"""Reading trees of manifests: our own files, folders of others, and what is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from compose2qt.diagnostic import InputError
from compose2qt.manifests import Tree, parse_tree, read_tree

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata: {A: b}\n"


def config(name: str) -> str:
    return CONFIG.replace("NAME", name)


def folder(root: Path, files: dict[str, str]) -> Tree:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return read_tree(root, "k8s")


def refused(root: Path, files: dict[str, str]) -> list[str]:
    with pytest.raises(InputError) as caught:
        folder(root, files)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def applied(tree: Tree) -> dict[str, bool]:
    return {item.name: item.applied for item in tree.objects}


def test_documents_lists_and_json_become_objects_with_places(tmp_path: Path) -> None:
    tree = folder(
        tmp_path,
        {
            "b/two.yaml": f"# comment\n---\n{config('one')}---\n---\n{config('two')}",
            "a.yml": f"apiVersion: v1\nkind: List\nitems:\n- {config('three').replace(chr(10), chr(10) + '  ')}\n",
            "c.json": '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "four"}}',
        },
    )
    assert [(item.id, item.file) for item in tree.objects] == [
        ("ConfigMap/three", "a.yml"),
        ("Secret/four", "c.json"),
        ("ConfigMap/one", "b/two.yaml"),
        ("ConfigMap/two", "b/two.yaml"),
    ]
    assert str(tree.index["ConfigMap/two"].span_of(("data", "A"))) == "k8s/b/two.yaml:12:8"
    assert tree.files == ("a.yml", "c.json", "b/two.yaml")


def test_what_is_no_object_is_passed_over(tmp_path: Path) -> None:
    tree = folder(
        tmp_path,
        {
            "values.yaml": "# kind: {{ .Values.kind }}, metadata\nimage: {tag: 1}\n",
            "docker-compose.yml": "services: {web: {image: nginx}}\n",
            "Chart.yaml": "apiVersion: v2\nname: chart\n",
            "list.yaml": "- a\n- b\n",
            "empty.yaml": "",
            "README.md": "---\n",
            ".git/config.yaml": config("hidden"),
            ".hidden.yaml": config("hidden"),
            "config.yaml": config("one"),
        },
    )
    assert list(applied(tree)) == ["one"]


def test_scalars_mean_what_kubectl_takes_them_for(tmp_path: Path) -> None:
    tree = folder(
        tmp_path,
        {"a.yaml": config("one") + "---\n{apiVersion: v1, kind: X, metadata: {name: a}, spec: {a: yes, b: 2001-01-01, 80: c}}"},
    )
    spec = tree.objects[1].at("spec")
    assert tree.objects[1].text("spec", "a") == "True"
    assert tree.objects[1].text("spec", "b") == "2001-01-01"
    assert spec is not None
    assert tree.objects[1].text("spec", "80") == "c"


def test_only_what_a_kustomization_lists_is_applied() -> None:
    tree = parse_tree(
        {
            "kustomization.yaml": "resources: [config/a.yaml, sub]\n",
            "config/a.yaml": config("a"),
            "secrets/s-example.yaml": config("s-example"),
            "blocked/b.yaml": config("b"),
            "sub/kustomization.yaml": "resources: [c.yaml, ../sub/d.yaml]\n",
            "sub/c.yaml": config("c"),
            "sub/d.yaml": config("d"),
            "README.md": "text",
        }
    )
    assert applied(tree) == {"a": True, "s-example": False, "b": False, "c": True, "d": True}
    assert tree.files[-1] == "README.md"
    assert tree.is_complete


def test_without_a_kustomization_above_it_everything_is_applied(tmp_path: Path) -> None:
    tree = folder(
        tmp_path,
        {
            "plain/a.yaml": config("a"),
            "k/Kustomization": "resources: [b.yaml]\n",
            "k/b.yaml": config("b"),
            "k/c.yaml": config("c"),
        },
    )
    assert applied(tree) == {"a": True, "b": True, "c": False}
    assert not tree.is_complete


def test_patches_and_inputs_of_generators_are_no_objects(tmp_path: Path) -> None:
    tree = folder(
        tmp_path,
        {
            "kustomization.yaml": (
                "resources: [a.yaml]\npatches: [{path: p.yaml}]\npatchesStrategicMerge: [q.yaml]\n"
                "configMapGenerator: [{name: made, files: [key=r.yaml]}]\n"
            ),
            "a.yaml": config("a"),
            "p.yaml": config("a"),
            "q.yaml": config("a"),
            "r.yaml": config("r"),
        },
    )
    assert [item.file for item in tree.objects] == ["a.yaml"]
    assert tree.elsewhere == {"ConfigMap/made"}


def test_one_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "rendered.txt"
    file.write_text(config("one"))
    tree = read_tree(file, "rendered.txt")
    assert [str(item.span) for item in tree.objects] == ["rendered.txt:1:1"]


def test_charts_are_refused_once_with_advice(tmp_path: Path) -> None:
    template = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include "x.name" . }}\n'
    quoted = 'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .Values.name }}"}\n'
    block = "{{- if .Values.on }}\napiVersion: v1\n{{- end }}\n"
    with pytest.raises(InputError) as caught:
        folder(
            tmp_path,
            {"templates/a.yaml": template, "templates/b.yaml": quoted, "templates/c.yaml": block, "d.yaml": config("d")},
        )
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "unrendered-template"
    assert "2 more" in diagnostic.message
    assert "helm template" in diagnostic.fix
    assert str(diagnostic.span) == "k8s/templates/a.yaml:4:1"


def test_braces_inside_of_values_are_no_template(tmp_path: Path) -> None:
    alert = config("a").replace("{A: b}", "\n  x: |\n    {{ range .Alerts }}{{ .Labels.name }}{{ end }}")
    assert list(applied(folder(tmp_path, {"a.yaml": alert}))) == ["a"]


def test_every_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "z.yaml").write_bytes(b"kind: \xff\n")
    found = refused(
        tmp_path,
        {
            "a.yaml": "kind: [b\n",
            "b.yaml": "kind: &a [*a]\n",
            "c.yaml": "kind: 1\nkind: 2\n",
            "d.yaml": f"kind: {'[' * 1000}{']' * 1000}",
            "e.yaml": "kind: &a [x, x, x, x]\n"
            + "".join(f"b{i}: &b{i} [{', '.join(['*' + ('a' if i == 0 else f'b{i - 1}')] * 20)}]\n" for i in range(9)),
        },
    )
    assert found == ["yaml-syntax", "alias-cycle", "duplicate-key", "nesting-too-deep", "alias-bomb", "not-utf8"]


def test_broken_files_that_do_not_speak_of_kubernetes_are_passed_over(tmp_path: Path) -> None:
    tree = folder(tmp_path, {"tsconfig.json": "// comment\n{[}\n", "broken.yml": "a: [b\n", "a.yaml": config("a")})
    assert list(applied(tree)) == ["a"]


def test_json_may_be_indented_with_tabs(tmp_path: Path) -> None:
    text = '{\n\t"apiVersion": "v1",\n\t"kind": "Secret",\n\t"metadata": {"name": "a"}\n}\n'
    tree = folder(tmp_path, {"a.json": text})
    assert str(tree.objects[0].span_of(("kind",))) == "k8s/a.json:3:2"


def test_our_own_text_may_hold_any_braces() -> None:
    held = config("a").replace("{A: b}", '{A: "{{ .Values.x }} {{ include \\"y\\" . }}"}')
    assert list(applied(parse_tree({"a.yaml": held}))) == ["a"]


def test_a_template_that_is_no_yaml_is_told_once(tmp_path: Path) -> None:
    assert refused(tmp_path, {"a.yaml": "kind: {{ x }}\n  - {{ y }}\n"}) == ["unrendered-template"]


def test_a_place_without_objects(tmp_path: Path) -> None:
    assert refused(tmp_path, {"values.yaml": "a: 1\n"}) == ["no-objects"]


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    assert list(applied(folder(tmp_path, {"a.yaml": config("a")}))) == ["a"]


@pytest.mark.parametrize(
    "document",
    [
        "kind: Service\nmetadata: 5\n",
        "apiVersion: [v1]\nkind: {a: b}\nmetadata: []\n",
        "kind: ServiceList\nmetadata: {}\nitems: 5\n",
    ],
)
def test_malformed_objects_are_read(tmp_path: Path, document: str) -> None:
    tree = folder(tmp_path, {"a.yaml": f"{config('a')}---\n{document}"})
    assert tree.objects[0].name == "a"
    for item in tree.objects:
        assert item.id
        assert list(tree.workloads) == []


def test_json_may_write_a_character_as_two_surrogates(tmp_path: Path) -> None:
    text = r'{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "\ud83d\ude00 \\ud83d"}}'
    tree = folder(tmp_path, {"a.json": text})
    assert tree.objects[0].text("data", "b") == "\N{GRINNING FACE} \\ud83d"


DUMP = """
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a}}
- {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, namespace: a, ownerReferences: [{kind: Deployment, name: web, controller: true}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: web-1-x, namespace: a, ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: web-2-x, namespace: a, ownerReferences: [{kind: ReplicaSet, name: web-2, controller: true}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: far, namespace: b, ownerReferences: [{kind: ReplicaSet, name: web-2, controller: true}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: kept, namespace: a, ownerReferences: [{kind: Deployment, name: web}]}}
- {apiVersion: v1, kind: Pod, metadata: {name: alone, namespace: a}}
- {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: a, ownerReferences: [{kind: Deployment, name: web, controller: true}]}}
"""  # noqa: E501 - objects on one line


def test_what_a_controller_of_the_tree_makes_is_not_applied(tmp_path: Path) -> None:
    (tmp_path / "dump.yaml").write_text(DUMP)
    names = [item.name for item in read_tree(tmp_path, "k").objects if item.applied]
    assert names == ["web", "far", "kept", "alone", "s"]


@pytest.mark.parametrize("path", ["/a/b.yaml", "//a/b.yaml", "b.yaml", "a/../b.yaml"])
def test_any_path_of_a_file_is_read(path: str) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    assert [item.name for item in parse_tree({path: text}).objects] == ["a"]
