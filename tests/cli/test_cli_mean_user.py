"""What a person may type or name that no tree can follow: told in a sentence, and nothing is harmed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def project(folder: Path, text: str = "name: p\nservices: {a: {image: nginx}}\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compose.yaml").write_text(text)
    return folder


@pytest.mark.parametrize("output", ["", ".", "..", "/"])
def test_a_tree_lies_in_a_folder_of_its_own(output: str, run: Run, tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    made = run("convert", "-o", output, cwd=folder)
    assert made.returncode == 2
    assert "-o" in made.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["compose.yaml"]


def test_a_tree_may_lie_beside_the_project(run: Run, tmp_path: Path) -> None:
    project(tmp_path / "project")
    (tmp_path / "tree").mkdir()
    assert run("convert", "-f", "../project/compose.yaml", "-o", ".", cwd=tmp_path / "tree").returncode == 0
    assert (tmp_path / "tree" / "kustomization.yaml").is_file()


def test_a_path_that_is_too_long_for_the_disk(run: Run, tmp_path: Path) -> None:
    folder = project(tmp_path, f"name: p\nservices: {{a: {{image: nginx, volumes: ['./{'x' * 300}:/x']}}}}\n")
    made = run("convert", "-o", "-", cwd=folder)
    assert made.returncode == 0, made.stderr


def test_the_folder_of_a_project_without_a_name_is_no_input(run: Run, tmp_path: Path) -> None:
    text = "services: {a: {image: nginx, environment: {P: '${COMPOSE_PROJECT_NAME}'}}}\n"
    one, two = (run("convert", "-o", "-", cwd=project(tmp_path / name, text)) for name in ("one", "two"))
    assert one.stdout == two.stdout
    assert "P: application" in one.stdout
    assert "compose.yaml:1:47: warning" in one.stderr
    assert "P: one" in run("config", cwd=tmp_path / "one").stdout


def test_the_mapping_beside_a_compose_file_above_counts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: a}}\n")
    (tmp_path / "compose2qt.yaml").write_text("version: 1\nnamespace: shop\n")
    (tmp_path / "below").mkdir()
    made = run("convert", "-o", "-", cwd=tmp_path / "below")
    assert made.returncode == 0, made.stderr
    assert "namespace: shop" in made.stdout


def test_every_port_forward_of_the_summary_can_be_opened_beside_the_others(tmp_path: Path, run: Run) -> None:
    ports = "\n".join(f"  s{port}: {{image: nginx, ports: ['{port}:80']}}" for port in (80, 8080, 81, *range(9000, 9008)))
    (tmp_path / "compose.yaml").write_text(f"services:\n{ports}\n")
    made = run("convert", "-n", "shop", cwd=tmp_path)
    found = re.findall(r"kubectl port-forward -n shop service/s\d+ (\d+):80", made.stderr)
    assert found[:3] == ["8080", "8081", "8082"]
    assert len(found) == len(set(found)) == 8
    assert "and 3 more ports: see out/README.md" in made.stderr
