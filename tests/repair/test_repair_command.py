"""``report --fix``: each patch converts and takes its finding away; the file keeps what a person wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pytest

from compose2qt.audit import RULES

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    class Run(Protocol):
        def __call__(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]: ...


class Case(NamedTuple):
    """A project whose report has the finding, and what its mapping says afterwards."""

    compose: str
    mapping: str
    says: str


WEB = "services: {web: {image: 'nginx:1.27.3', ports: ['80']%s}}\n"
CASES = {
    "REL003": Case(WEB % "", "", "memory: 512Mi  # assumed: measure and set it"),
    "REL005": Case(WEB % "", "", "port: 80"),
    "REL019": Case("services: {db: {image: 'redis:7.4'}}\n", "", '"db-data:/data"'),
    "COR012": Case(
        WEB % ", volumes: ['da:/da'], deploy: {replicas: 2}" + "volumes: {da: }\n",
        "targets:\n  web: {kind: Deployment} # mine\n",
        "replicas: 1",
    ),
    "POR011": Case("services: {pause: {image: 'k8s.gcr.io/pause:3.9'}}\n", "", "registry.k8s.io/pause:3.9"),
    "MIG009": Case(
        "services:\n  web: {image: 'nginx:1.27.3'}\n"
        "  wt: {image: containrrr/watchtower, volumes: ['/var/run/docker.sock:/var/run/docker.sock']}\n",
        "",
        "drop:\n  wt:",
    ),
    "MIG014": Case(WEB % ", environment: {BIND_ADDRESS: '127.0.0.1:80'}", "", "0.0.0.0:80"),
    "MIG018": Case("services: {migrate: {image: 'app:1.2', command: [alembic upgrade head]}}\n", "", "kind: Job"),
    "COS001": Case(WEB % "", "storage:\n  spare: {size: 1Gi, from: [], reason: for later}\nname: shop\n", "name: shop"),
    "AUD004": Case(WEB % "", "name: shop # mine\nignore:\n  - {rule: REL001, reason: old}\n", "name: shop # mine"),
}  # fmt: skip


def written(folder: Path, case: Case) -> Path:
    (folder / "compose.yaml").write_text(case.compose, encoding="utf-8")
    mapping = folder / "compose2qt.yaml"
    if case.mapping:
        mapping.write_text(case.mapping, encoding="utf-8")
    return mapping


def findings(run: Run, folder: Path) -> list[dict[str, Any]]:
    done = run("report", "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def codes(run: Run, folder: Path) -> list[str]:
    return [one["code"] for one in findings(run, folder)]


def test_every_patch_has_a_case() -> None:
    assert set(CASES) == {rule.code for rule in RULES if rule.patch}


@pytest.mark.parametrize("code", CASES)
def test_a_patch_converts_and_takes_its_finding_away(code: str, run: Run, tmp_path: Path) -> None:
    mapping = written(tmp_path, CASES[code])
    before = codes(run, tmp_path)
    assert code in before
    shown = run("report", "--fix", "--rule", code, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert (mapping.read_text() if mapping.exists() else "") == CASES[code].mapping, "without --apply nothing is written"
    done = run("report", "--fix", "--apply", "--rule", code, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, shown.stdout)
    assert shown.stdout.startswith("--- ")
    text = mapping.read_text()
    assert CASES[code].says in text
    after = codes(run, tmp_path)
    assert code not in after
    assert set(after) - set(before) <= {"REL010", "REL021", "REL022"}, "hints apart, nothing comes in its place"
    again = run("report", "--fix", "--apply", "--rule", code, cwd=tmp_path)
    assert (again.stdout, mapping.read_text()) == ("", text)
    assert run("convert", "-o", "tree", cwd=tmp_path).returncode == 0


def test_all_patches_at_once(run: Run, tmp_path: Path) -> None:
    mapping = written(tmp_path, Case(CASES["MIG009"].compose + "  my_db: {image: 'redis:7.4'}\n", "", ""))
    assert run("report", "--fix", "--apply", cwd=tmp_path).returncode == 0
    assert not {rule.code for rule in RULES if rule.patch} & set(codes(run, tmp_path))
    assert "from: [my_db]" in mapping.read_text()


def test_json_carries_the_patch(run: Run, tmp_path: Path) -> None:
    written(tmp_path, CASES["REL003"])
    found = next(one for one in findings(run, tmp_path) if one["code"] == "REL003")
    assert found["patch"] == [{"path": "/targets/web/resources/limits/memory", "value": "512Mi"}]


COMMENTED = """# The shop.
version: 1   # of the format

targets:
  web:
    # Two, so that one may go.
    replicas: 2
    resources: &small {requests: {cpu: 50m}}   # shared
  other: {from: [], reason: new, image: "nginx:1.27.3", resources: *small}
# The end.
"""


def test_a_byte_order_mark_stays(run: Run, tmp_path: Path) -> None:
    mapping = written(tmp_path, Case(WEB % "", f"\ufeff{COMMENTED}", ""))
    done = run("report", "--fix", "--apply", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert mapping.read_text(encoding="utf-8").startswith("\ufeff")
    assert mapping.read_text(encoding="utf-8") != f"\ufeff{COMMENTED}"


def test_what_a_person_wrote_stays(run: Run, tmp_path: Path) -> None:
    mapping = written(tmp_path, Case(WEB % "", COMMENTED, ""))
    done = run("report", "--fix", "--apply", cwd=tmp_path)
    text = mapping.read_text()
    kept = [line.rstrip("}") for line in COMMENTED.splitlines()]
    assert all(line in text for line in kept)
    assert "port: 80" in text
    assert "left to you" in done.stderr, "a section that two targets share is not edited"


def test_the_file_keeps_its_mode_and_its_place_behind_a_link(run: Run, tmp_path: Path) -> None:
    mapping = written(tmp_path, Case(WEB % "", "", ""))
    real = tmp_path / "real.yaml"
    real.write_text("name: shop\r\n", encoding="utf-8", newline="")
    real.chmod(0o640)
    mapping.symlink_to(real)
    assert run("report", "--fix", "--apply", cwd=tmp_path).returncode == 0
    assert mapping.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    data = real.read_bytes()
    assert data.startswith(b"name: shop\r\ntargets:\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["compose.yaml", "compose2qt.yaml", "real.yaml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--apply",), "add --fix"),
        (("--fix", "--rule", "REL0003"), "did you mean 'REL003'?"),
        (("--fix", "--manifests", "."), "edits the mapping of a Compose project"),
    ],
)
def test_bad_usage_is_told(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    written(tmp_path, CASES["REL003"])
    done = run("report", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
