"""What a mapping lets stand, and what it allows the system to ask for: ``ignore`` and ``budget``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    class Run(Protocol):
        def __call__(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]: ...


COMPOSE = """services:
  web:
    image: nginx
    ports: ["8080:80"]
  api:
    image: shop/api:1.2
  agent:
    image: shop/agent:1.2
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    return tmp_path


def report(run: Run, folder: Path, mapping: str, *arguments: str, code: int = 0) -> dict[str, Any]:
    (folder / "compose2qt.yaml").write_text(f"version: 1\n{mapping}", encoding="utf-8")
    done = run("report", "--format", "json", *arguments, cwd=folder)
    assert done.returncode == code, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def found(made: dict[str, Any], list_: str = "findings") -> set[tuple[str, str]]:
    return {(one["name"], one["object"]) for one in made[list_]}


TAG = ("image-without-tag", "Deployment/web")


@pytest.mark.parametrize("place", ["", "target: web", "object: Deployment/web"])
@pytest.mark.parametrize("rule", ["image-without-tag", "REL001"])
def test_a_finding_may_stand(run: Run, folder: Path, rule: str, place: str) -> None:
    made = report(run, folder, f"ignore:\n  - {{rule: {rule}, reason: a demo, {place}}}\n")
    assert found(made, "excused") == {TAG}
    assert made["excused"][0]["excuse"] == "a demo"
    assert TAG not in found(made)
    assert ("missing-readiness-probe", "Deployment/web") in found(made), "it excuses nothing else"
    assert not any(name.startswith("suppression") for name, _ in found(made))


@pytest.mark.parametrize(("target", "stands"), [("agent", False), ("web", True)])
def test_what_a_target_lost_may_stand(run: Run, folder: Path, target: str, stands: bool) -> None:
    made = report(run, folder, f"ignore:\n  - {{rule: MIG003, target: {target}, reason: replaced, until: 2027-06-30}}\n")
    assert (("runtime-socket-dropped", "") in found(made)) is stands
    assert (("suppression-without-use", "") in found(made)) is stands


@pytest.mark.parametrize(
    ("today", "stands"), [((), False), (("--today", "2027-06-30"), False), (("--today", "2027-07-01"), True)]
)
def test_it_stands_until_its_last_day(run: Run, folder: Path, today: tuple[str, ...], stands: bool) -> None:
    made = report(run, folder, "ignore:\n  - {rule: REL001, reason: a demo, until: 2027-06-30}\n", *today)
    assert (TAG in found(made)) is stands
    expired = [one for one in made["findings"] if one["name"] == "expired-suppression"]
    assert [(one["file"], one["line"], one["column"]) for one in expired] == ([("compose2qt.yaml", 3, 5)] if stands else [])


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("rule: REL001, object: Deployment/api", "suppression-without-use"),
        ("rule: image-without-tags", "suppression-of-nothing"),
    ],
)
def test_a_suppression_that_excuses_nothing_is_told_at_its_line(run: Run, folder: Path, entry: str, name: str) -> None:
    made = report(run, folder, f"ignore:\n  - {{{entry}, reason: a demo}}\n")
    told = [(one["name"], one["file"], one["line"]) for one in made["findings"] if one["code"].startswith("AUD")]
    assert told == [(name, "compose2qt.yaml", 3)]


def test_an_unknown_target_is_an_error_with_its_place(run: Run, folder: Path) -> None:
    (folder / "compose2qt.yaml").write_text("ignore:\n  - {rule: REL001, target: wbe, reason: r}\n", encoding="utf-8")
    done = run("report", cwd=folder)
    assert done.returncode == 2
    assert "compose2qt.yaml:2:28: error: there is no target 'wbe'" in done.stderr
    assert "did you mean 'web'?" in done.stderr


def test_more_than_the_budget_fails_the_run_with_its_arithmetic(run: Run, folder: Path) -> None:
    made = report(run, folder, "budget:\n  requests.cpu: 90m\n  requests.memory: 1Gi\n", code=1)
    over = [one for one in made["findings"] if one["name"] == "over-budget"]
    assert [(one["severity"], one["file"], one["line"]) for one in over] == [("error", "compose2qt.yaml", 3)]
    assert over[0]["message"] == "requests.cpu is 100m, and the budget allows 90m: 50m + 50m = 100m"
    assert [one["ok"] for one in made["budget"]["ceilings"]] == [False, True]


def test_a_budget_that_is_kept_fails_nothing(run: Run, folder: Path) -> None:
    made = report(run, folder, "budget: {pods: 2, storage: 0, objects: {Ingress: 0}}\n")
    assert all(one["ok"] for one in made["budget"]["ceilings"])


def test_an_excess_may_stand_too(run: Run, folder: Path) -> None:
    made = report(run, folder, "budget: {pods: 1}\nignore:\n  - {rule: over-budget, reason: until the merger}\n")
    assert found(made, "excused") == {("over-budget", "")}


def test_a_tree_of_others_is_held_against_a_mapping(run: Run, folder: Path) -> None:
    assert run("convert", "-o", "k8s", cwd=folder).returncode == 0
    mapping = "budget: {pods: 1}\nclaims: {pods: 3}\nignore:\n  - {rule: REL001, target: web, reason: a demo}\n"
    made = report(run, folder, mapping, "--manifests", "k8s", "-m", "compose2qt.yaml", code=1)
    assert ("over-budget", "") in found(made)
    assert found(made, "excused") == {TAG}
    assert [one["ok"] for one in made["budget"]["claims"]] == [False]


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_people_see_the_budget(run: Run, folder: Path, format_: str) -> None:
    (folder / "compose2qt.yaml").write_text("budget: {pods: 1, storage: 1Gi}\n", encoding="utf-8")
    done = run("report", "--format", format_, cwd=folder)
    assert done.returncode == 1
    assert "Budget: 1 of 2 amounts are exceeded" in done.stdout
