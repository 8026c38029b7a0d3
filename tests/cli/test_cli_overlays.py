"""Trees of kustomize: an overlay is judged as what it makes of its base, and nothing is read that kustomize would not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

FILES = {
    "compose.yaml": "services: {web: {image: 'web:1'}}\n",
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1'}]}
""",
    "overlays/prod/kustomization.yaml": """
resources: [../../base]
replicas: [{name: web, count: 5}]
images: [{name: web, newTag: '2'}]
patches:
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: web, workingDir: /elsewhere}]}}}
""",
    "elsewhere.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: not-to-be-read}\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_an_overlay_is_verified_with_its_base(project: Path, run: Run) -> None:
    made = run("verify", "--manifests", "overlays/prod", cwd=project)
    assert made.returncode == 1
    overlay = "overlays/prod/kustomization.yaml"
    for place, value in ((f"{overlay}:4", "docker.io/library/web:2"), (f"{overlay}:3", "5"), (f"{overlay}:10", "/elsewhere")):
        assert any(line.strip().startswith(place) and line.endswith(value) for line in made.stdout.splitlines()), value


def test_diff_compares_what_overlays_make(project: Path, run: Run) -> None:
    other = project / "overlays" / "test"
    other.mkdir()
    (other / "kustomization.yaml").write_text("resources: [../../base]\nreplicas: [{name: web, count: 2}]\n", encoding="utf-8")
    made = run("diff", "overlays/prod", "overlays/test", cwd=project)
    assert "spec.replicas: 5 -> 2" in made.stdout


@pytest.mark.parametrize("command", ["report", "verify"])
@pytest.mark.parametrize("form", ["../elsewhere.yaml", "{folder}/elsewhere.yaml"])
def test_a_file_outside_of_its_kustomization_is_not_read(command: str, form: str, project: Path, run: Run) -> None:
    listed = form.format(folder=project)
    (project / "base" / "kustomization.yaml").write_text(
        f"resources: [web.yaml, {listed}]\npatches: [{{path: {listed}}}]\n", encoding="utf-8"
    )
    made = run(command, "--manifests", "base", "--format", "json", cwd=project)
    assert "not-to-be-read" not in made.stdout + made.stderr
    assert "elsewhere.yaml" in made.stdout


def test_an_overlay_around_a_converted_tree_is_compared(project: Path, run: Run) -> None:
    run("convert", cwd=project)
    outer = project / "prod"
    outer.mkdir()
    (outer / "kustomization.yaml").write_text("resources: [../out]\nnamePrefix: prod-\n", encoding="utf-8")
    made = run("verify", "--manifests", "prod", cwd=project)
    assert made.returncode == 0, made.stdout + made.stderr
    assert " 0 different, 0 unknown" in made.stdout
