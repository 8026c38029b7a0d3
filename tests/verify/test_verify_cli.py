"""The command: formats, exit codes, matches, image facts, bad input."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from shop_project import FOLDER

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from conftest import Run

WEB = """
services:
  web:
    image: registry.example/web:1
    environment: {TOKEN: very-secret-token-4711, PLAIN: "1"}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      enableServiceLinks: false
      automountServiceAccountToken: false
      securityContext: {seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: nginx
          image: registry.example/other:1
          command: [serve]
          workingDir: /app
          env: [{name: TOKEN, value: very-secret-token-0815}, {name: PLAIN, value: "1"}, {name: HOME, value: /app}]
          resources: {requests: {cpu: 50m, memory: 64Mi}}
"""
FACTS = [
    {
        "RepoTags": ["registry.example/web:1"],
        "RepoDigests": [],
        "Config": {"Entrypoint": ["serve"], "Cmd": None, "WorkingDir": "/app", "User": "", "Env": ["HOME=/app"]},
    }
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text(WEB)
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "web.yaml").write_text(DEPLOYMENT)
    (tmp_path / "facts.json").write_text(json.dumps(FACTS))
    return tmp_path


def verify(run: Run, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("verify", "compose.yaml", "--manifests", "k8s", *arguments, cwd=folder)


def results(made: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str]]:
    data = json.loads(made.stdout)
    return {f"{item['aspect']} {item['item']}".strip(): item for item in data["results"]}


def test_an_even_project_is_exit_0(run: Run, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "shop")
    made = run("verify", "--manifests", "manifests", cwd=tmp_path / "shop")
    assert (made.returncode, made.stderr) == (0, "")
    assert "0 different, 0 unknown" in made.stdout


def test_a_difference_is_exit_1_with_both_places(run: Run, folder: Path) -> None:
    made = verify(run, folder, "--match", "web=frontend:nginx")
    assert made.returncode == 1
    assert "different: image" in made.stdout
    assert "compose.yaml:4:12: registry.example/web:1" in made.stdout
    assert "k8s/web.yaml:15:18: registry.example/other:1" in made.stdout


def test_without_a_match_both_sides_are_left_over(run: Run, folder: Path) -> None:
    found = results(verify(run, folder, "--format", "json"))
    assert found["workload"]["outcome"] == "different"
    assert found["workload container nginx"]["object"] == "Deployment/frontend: nginx"


def test_image_facts_decide_what_is_unknown(run: Run, folder: Path) -> None:
    match = ("--match", "web=Deployment/frontend", "--format", "json")
    before = results(verify(run, folder, *match))
    assert (before["argv"]["outcome"], before["working-dir"]["outcome"]) == ("unknown", "unknown")
    assert before["environment HOME"]["outcome"] == "different"
    after = results(verify(run, folder, *match, "--image-facts", "facts.json"))
    assert not {"argv", "working-dir", "environment HOME"} & after.keys()


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif"])
def test_no_format_shows_a_secret(run: Run, folder: Path, form: str) -> None:
    made = verify(run, folder, "--match", "web=frontend", "--format", form)
    assert "TOKEN" in made.stdout
    assert "4711" not in made.stdout + made.stderr
    assert "0815" not in made.stdout + made.stderr


LEAKS = {
    "a key of a Secret": ("env: [", "env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: P}}}, "),
    "a Secret read whole": ("command: [serve]", "command: [serve]\n          envFrom: [{secretRef: {name: s}}]"),
    "a part of a value": (
        "env: [",
        "env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: P}}}, {name: LINE, value: at $(P)}, ",
    ),
    "an option": ("command: [serve]", "command: [serve, --password, Leak99Secret]"),
    "an option with a sign": ("command: [serve]", "command: [sh, -c, 'serve --db-pass=Leak99Secret']"),
    "a user of curl": ("command: [serve]", "lifecycle: {preStop: {exec: {command: [curl, -u, 'admin:Leak99Secret', x]}}}"),
    "a header of curl": ("command: [serve]", "lifecycle: {preStop: {exec: {command: [curl, -H, 'X-Token: Leak99Secret', x]}}}"),
    "a URL of a probe": ("command: [serve]", "readinessProbe: {httpGet: {port: 80, path: '/?token=Leak99Secret'}}"),
    "a header of a probe": (
        "command: [serve]",
        "readinessProbe: {httpGet: {port: 80, httpHeaders: [{name: Authorization, value: Basic Leak99Secret}]}}",
    ),
    "what runs before": (
        "      containers:",
        "      initContainers: [{name: a, image: b, args: ['a long way to go, it is, up to here, psql postgres://a:Leak99Secret@b']}]\n"
        "      containers:",
    ),
}


@pytest.mark.parametrize("form", ["text", "markdown", "json", "sarif"])
def test_no_format_shows_a_secret_that_only_the_manifests_hold(run: Run, folder: Path, form: str) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {P: Leak99Secret}\n"
    for name, (old, new) in LEAKS.items():
        (folder / "k8s" / "web.yaml").write_text(f"{DEPLOYMENT.replace(old, new)}---\n{secret}")
        made = verify(run, folder, "--match", "web=frontend", "--format", form)
        assert made.returncode == 1, name
        assert "Leak99" not in made.stdout + made.stderr, name


def test_sarif_points_into_the_manifests(run: Run, folder: Path) -> None:
    made = verify(run, folder, "--match", "web=frontend", "--format", "sarif")
    data = json.loads(made.stdout)
    assert data["version"] == "2.1.0"
    found = data["runs"][0]["results"]
    rules = {rule["id"] for rule in data["runs"][0]["tool"]["driver"]["rules"]}
    assert {item["ruleId"] for item in found} == rules
    image = next(item for item in found if item["ruleId"] == "verify/image")
    assert image["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "k8s/web.yaml"
    assert image["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert len({item["partialFingerprints"]["compose2qt/verify/v1"] for item in found}) == len(found)


def test_output_goes_to_a_file(run: Run, folder: Path) -> None:
    made = verify(run, folder, "--match", "web=frontend", "--format", "markdown", "-o", "found/verify.md")
    assert (made.returncode, made.stdout) == (1, "")
    assert (folder / "found" / "verify.md").read_text().startswith("**")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--match", "web"), "bad-match"),
        (("--match", "web=nobody"), "unknown-workload"),
        (("--match", "web=frontend:nobody"), "unknown-workload"),
        (("--match", "wep=frontend"), "undefined-service"),
        (("--image-facts", "compose.yaml"), "bad-image-facts"),
        (("--image-facts", "nowhere.json"), "file-missing"),
        (("--format", "xml"), "unknown-format"),
        (("--manifests", "nowhere"), "manifests-missing"),
    ],
)
def test_bad_input_is_exit_2(run: Run, folder: Path, arguments: tuple[str, ...], code: str) -> None:
    made = verify(run, folder, *arguments)
    assert made.returncode == 2, made.stderr
    assert f"[{code}]" in made.stderr
    assert "Traceback" not in made.stderr
