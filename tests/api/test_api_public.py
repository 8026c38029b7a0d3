"""The public API for programs: functions, whatever was imported before."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import compose2qt

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["load", "convert", "report", "verify", "audit", "budget", "diff"])
def test_a_function_is_not_hidden_by_the_package_of_its_name(name: str) -> None:
    program = (
        f"import compose2qt.api, compose2qt.audit, compose2qt.diff, compose2qt.verify.check, compose2qt.report.data\n"
        f"from compose2qt import {name}\nassert callable({name}), {name}\nprint({name}.__name__)"
    )
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == name


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        compose2qt.nothing  # noqa: B018 - the access is the test


def test_a_program_converts_and_judges(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: nginx:1.27\n    ports: ['8080:80']\n")
    load = compose2qt.LoadOptions(files=(str(tmp_path / "compose.yaml"),))
    project = compose2qt.load(load)
    made = compose2qt.convert(compose2qt.Options(load))
    assert list(project.services) == ["web"]
    assert "services/web-deployment.yaml" in made.files
    assert compose2qt.budget(made.tree).pods == 1
    assert not compose2qt.verify(project, made.tree).different
    assert compose2qt.diff(made.tree, made.tree) == ()
    assert compose2qt.audit(made.tree, made.ledger)
    assert not list(tmp_path.glob("out"))


@pytest.mark.parametrize(
    ("sections", "objects"),
    [
        ("jobs: {j: {image: foo/j, triggers: {manual: true}}}", {"CronJob/j"}),
        ("jobs: {j: {image: foo/j, triggers: {schedule: [{cron: '0 0 * * *'}]}}}", {"CronJob/j"}),
        ("services: {m: {image: foo/m, restart: 'no'}}", {"Job/m"}),
    ],
)
def test_a_project_that_only_runs_to_an_end_converts(tmp_path: Path, sections: str, objects: set[str]) -> None:
    (tmp_path / "compose.yaml").write_text(f"name: t\n{sections}\n")
    made = compose2qt.convert(compose2qt.Options(compose2qt.LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert {re.sub(r"-[0-9a-f]{8,}$", "", f"{one.kind}/{one.name}") for one in made.tree.objects} == objects
