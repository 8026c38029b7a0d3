"""Where everything stands, and what kubectl and git make of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compose2qt.emit import Rendered, emit, secret_files
from compose2qt.emit.layout import examples, in_tree_order
from compose2qt.workload import Claim, Container, ImageBuild, Kind, Pod, Quantity, Traced
from emit_applications import documents, endpoint, objects, plain, shop, workload

KUBECTL = Path(sys.executable).with_name("kubectl")
NAMES = st.sampled_from(["a", "a-example", "a-example-example", "b", "b-example", "c.yaml", "c"])


def written(rendered: Rendered, folder: Path) -> Path:
    for path, text in rendered.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def test_the_tree_is_laid_out_as_people_look_for_things() -> None:
    assert list(emit(shop()).files) == [
        "namespace.yaml",
        "config/configmap-settings.yaml",
        "config/web-files.yaml",
        "secrets/secret-web-example.yaml",
        "secrets/web-key-example.yaml",
        "storage/models-pvc.yaml",
        "storage/uploads-pvc.yaml",
        "redis/redis-pvc.yaml",
        "redis/redis-statefulset.yaml",
        "redis/redis-service.yaml",
        "services/web-deployment.yaml",
        "services/web-service.yaml",
        "services/worker-deployment.yaml",
        "services/mirror-deployment.yaml",
        "services/agent-daemonset.yaml",
        "services/migrate-job.yaml",
        "services/nightly-cronjob.yaml",
        "services/bus-deployment.yaml",
        "services/bus-service.yaml",
        "ingress/ingress-gateway.yaml",
        "blocked/watcher-deployment.yaml",
        "blocked/watcher-service.yaml",
        "kustomization.yaml",
        "README.md",
        ".gitignore",
    ]


def test_the_services_of_a_workload_share_its_file() -> None:
    names = [item["metadata"]["name"] for item in yaml.safe_load_all(emit(shop()).files["services/web-service.yaml"])]
    assert names == ["web-service", "www", "web-ready"]


def test_the_kustomization_lists_what_is_applied_in_tree_order() -> None:
    rendered = emit(shop())
    listed = yaml.safe_load(rendered.files["kustomization.yaml"])["resources"]
    assert tuple(listed) == rendered.applied
    left_out = [path for path in rendered.files if path not in listed]
    assert {path.partition("/")[0] for path in left_out} == {
        "secrets",
        "blocked",
        "kustomization.yaml",
        "README.md",
        ".gitignore",
    }


def test_kubectl_builds_exactly_what_is_applied(tmp_path: Path) -> None:
    rendered = emit(shop())
    made = subprocess.run([KUBECTL, "kustomize", written(rendered, tmp_path)], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    built = {f"{item['kind']}/{item['metadata']['name']}": item for item in yaml.safe_load_all(made.stdout)}
    applied = [item for path in rendered.applied for item in yaml.safe_load_all(rendered.files[path])]
    assert built == {f"{item['kind']}/{item['metadata']['name']}": item for item in applied}


BUILDS: tuple[tuple[str, list[str]], ...] = (
    ("worker", ["worker"]),
    ("team/worker:1.0", ["team/worker"]),
    ("registry.example.com/worker", []),
    ("localhost:5000/worker:2", []),
    ("worker@sha256:abc", ["worker"]),
)


@pytest.mark.parametrize(("image", "listed"), BUILDS)
def test_an_image_that_no_registry_holds_can_be_pointed_at_one(image: str, listed: list[str], tmp_path: Path) -> None:
    pod = Pod((Container("worker", Traced(image)),))
    rendered = emit(plain(workload("worker", pod=pod), builds=(ImageBuild(image, "."),)))
    kustomization = yaml.safe_load(rendered.files["kustomization.yaml"])
    assert [entry["name"] for entry in kustomization.get("images", [])] == listed
    folder = written(rendered, tmp_path)
    for entry in kustomization.get("images", []):
        entry["newName"] = "registry.example.com/other"
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    made = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, check=True)
    assert ("image: registry.example.com/other" in made.stdout) == bool(listed)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("git")
    assert program
    return subprocess.run([program, "-C", folder, *arguments], capture_output=True, text=True, check=False)


def test_git_ignores_real_secrets_and_nothing_else(tmp_path: Path) -> None:
    rendered = emit(shop())
    folder = written(rendered, tmp_path / "out")
    git(tmp_path, "init", "-q")
    real = [*secret_files(shop()), "secrets/my-notes.txt"]
    ignored = git(folder, "check-ignore", *rendered.files, *real).stdout.split()
    assert ignored == real


def test_a_folder_of_secrets_may_hold_a_workload(tmp_path: Path) -> None:
    rendered = emit(plain(workload("secrets", Kind.STATEFUL_SET, folder="secrets"), secrets=shop().secrets))
    folder = written(rendered, tmp_path)
    git(tmp_path, "init", "-q")
    assert git(folder, "check-ignore", *rendered.files).stdout == ""


def test_objects_of_one_path_share_a_file() -> None:
    claims = [Claim(name, Traced(Quantity.parse("1Gi")), Traced("ReadWriteOnce")) for name in ("a", "a-pvc")]
    rendered = emit(plain(claims=tuple(claims)))
    assert {item["metadata"]["name"] for item in documents(rendered.files) if item["kind"] != "Kustomization"} == {"a", "a-pvc"}
    assert rendered.applied == ("storage/a-pvc.yaml",)


def test_a_claim_stands_beside_its_workload_only_in_a_folder_of_that_workload() -> None:
    claims = [Claim(name, Traced(Quantity.parse("1Gi")), Traced("ReadWriteOnce"), owner=name) for name in ("db", "web")]
    rendered = emit(plain(workload("db", Kind.STATEFUL_SET, folder="db"), workload("web"), claims=tuple(claims)))
    assert [path for path in rendered.files if "pvc" in path] == ["storage/web-pvc.yaml", "db/db-pvc.yaml"]


def test_claims_of_a_blocked_workload_wait_with_it() -> None:
    claim = Claim("data", Traced(Quantity.parse("1Gi")), Traced("ReadWriteOnce"), owner="db")
    rendered = emit(plain(workload("db", Kind.STATEFUL_SET, folder="db", blocked="host access"), claims=(claim,)))
    assert "blocked/data-pvc.yaml" in rendered.files
    assert rendered.applied == ()


@given(st.lists(NAMES))
def test_examples_are_never_real(names: list[str]) -> None:
    found = examples(names)
    assert set(found) == set(names)
    assert not set(found.values()) & set(names)
    assert len(set(found.values())) == len(set(names))


@given(st.permutations(["redis/a.yaml", "services/b.yaml", "namespace.yaml", "db/c.yaml", "config/d.yaml", "redis/e.yaml"]))
def test_the_order_of_the_tree_keeps_folders_together(paths: list[str]) -> None:
    tops = [path.partition("/")[0] for path in in_tree_order(paths)]
    own = dict.fromkeys(path.partition("/")[0] for path in paths if path.startswith(("redis", "db")))
    assert list(dict.fromkeys(tops)) == ["namespace.yaml", "config", *own, "services"]
    assert [top for top, after in zip(tops, [*tops[1:], ""], strict=True) if top != after] == list(dict.fromkeys(tops))


def test_the_same_application_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    program = "import hashlib, emit_applications as a; from compose2qt.emit import emit; r = emit(a.shop()); "
    program += "print(hashlib.sha256(repr((r.files, r.applied, r.fields)).encode()).hexdigest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.fspath(Path(__file__).parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_an_application_of_one_workload_needs_few_files() -> None:
    rendered = emit(plain(workload("web", endpoints=(endpoint("web", 80),))))
    assert list(rendered.files) == [
        "services/web-deployment.yaml",
        "services/web-service.yaml",
        "kustomization.yaml",
        "README.md",
        ".gitignore",
    ]
    assert set(objects(rendered)) == {"Deployment/web", "Service/web"}
