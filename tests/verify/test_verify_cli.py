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


def test_a_file_of_output_leaves_the_counts_to_people(run: Run, folder: Path) -> None:
    made = verify(run, folder, "--match", "web=frontend", "-o", "found.txt")
    assert "compose.yaml: 1 service: " in made.stderr
    assert verify(run, folder, "--match", "web=frontend", "-o", "found.txt", "-q").stderr == ""


def test_secrets_that_people_fill_in_are_told_by_their_keys(run: Run, folder: Path) -> None:
    run("convert", cwd=folder)
    made = run("verify", cwd=folder)
    assert (made.returncode, made.stderr) == (0, "not in the tree: Secret/web-secret, which must hold TOKEN\n")
    assert run("verify", "-q", cwd=folder).stderr == ""


def test_how_a_match_was_made_is_told(run: Run, folder: Path) -> None:
    made = verify(run, folder, "--match", "web=frontend", "--format", "json")
    assert [one["how"] for one in json.loads(made.stdout)["matches"]] == ["given"]
    run("convert", cwd=folder)
    made = run("verify", "--format", "json", cwd=folder)
    assert [one["how"] for one in json.loads(made.stdout)["matches"]] == ["conversion"]


def test_unknown_fails_if_it_shall(run: Run, folder: Path) -> None:
    text = DEPLOYMENT.replace("other:1", "web:1").replace("very-secret-token-0815", "very-secret-token-4711")
    (folder / "k8s" / "web.yaml").write_text(text.replace(", {name: HOME, value: /app}", ""))
    arguments = ("--match", "web=frontend")
    assert "0 different, 2 unknown" in verify(run, folder, *arguments).stdout
    assert verify(run, folder, *arguments).returncode == 0
    assert verify(run, folder, *arguments, "--fail-on", "unknown").returncode == 1
    assert verify(run, folder, *arguments, "--fail-on", "unknown", "--image-facts", "facts.json").returncode == 0


def test_what_is_accepted_may_stand_as_it_is(run: Run, folder: Path) -> None:
    match = ("--match", "web=frontend")
    verify(run, folder, *match, "--format", "json", "-o", "accepted.json")
    accept = (*match, "--accept", "accepted.json", "--fail-on", "unknown")
    made = verify(run, folder, *accept)
    assert (made.returncode, made.stderr) == (0, "")
    assert "accepted.by-file: accepted.json accepts it as it is" in made.stdout
    (folder / "k8s" / "web.yaml").write_text(DEPLOYMENT.replace("other:1", "other:2"))
    made = verify(run, folder, *accept)
    assert made.returncode == 1
    assert "1 different, 0 unknown" in made.stdout
    assert "accepted.json accepts 1 that are not there any more" in made.stderr


STRANGER = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: 'busybox:1'}]}\n"
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {s.conf: a = 2}\n"
WITH_SETTINGS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: 'web:1', volumeMounts: [{name: s, mountPath: /s.conf, subPath: s.conf, readOnly: true}]}]
      volumes: [{name: s, configMap: {name: s}}]
"""


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("x.yaml", "busybox:1", "evil:1"),
        ("s.yaml", "a = 2", "a = 666"),
        ("kustomization.yaml", "source: {", "source: {name: y, "),
    ],
)
def test_what_stands_behind_an_accepted_word_is_accepted_as_it_was(
    run: Run, tmp_path: Path, file: str, old: str, new: str
) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'web:1', volumes: ['./s.conf:/s.conf:ro']}}\n")
    (tmp_path / "s.conf").write_text("a = 1")
    files = {"x.yaml": STRANGER, "s.yaml": SETTINGS, "web.yaml": WITH_SETTINGS}
    listed = f"resources: [{', '.join(files)}]\nreplacements: [{{source: {{kind: Pod}}, targets: []}}]\n"
    (tmp_path / "k8s").mkdir()
    for name, text in {**files, "kustomization.yaml": listed}.items():
        (tmp_path / "k8s" / name).write_text(text)
    run("verify", "--manifests", "k8s", "--format", "json", "-o", "accepted.json", cwd=tmp_path)
    accept = ("verify", "--manifests", "k8s", "--accept", "accepted.json", "--fail-on", "unknown")
    assert run(*accept, cwd=tmp_path).returncode == 0
    changed = tmp_path / "k8s" / file
    assert old in changed.read_text()
    changed.write_text(changed.read_text().replace(old, new))
    assert run(*accept, cwd=tmp_path).returncode == 1


def test_what_is_explained_and_equal_is_listed(run: Run, folder: Path) -> None:
    made = verify(run, folder, "--match", "web=frontend")
    assert "resources.assumed-request: requests are always written" in made.stdout
    assert "    web: resources cpu reservation: absent -> 50m\n" in made.stdout
    made = verify(run, folder, "--match", "web=frontend", "--format", "markdown")
    assert "| web | resources cpu reservation | absent | 50m | `resources.assumed-request`: " in made.stdout
    made = verify(run, folder, "--match", "web=frontend", "--format", "json")
    assert "environment PLAIN" in json.loads(made.stdout)["equal"]["web"]


def test_the_name_is_one_that_somebody_gives(run: Run, folder: Path) -> None:
    (folder / "compose.yaml").write_text("services: {web: {build: .}}")
    made = verify(run, folder, "--match", "web=frontend")
    assert "docker.io/library/PROJECT-web:latest, built locally" in made.stdout
    assert made.stdout.splitlines()[-1].startswith("compose.yaml: 1 service")
    facts = [{**FACTS[0], "RepoTags": [f"{folder.name}-web:latest"]}]
    (folder / "facts.json").write_text(json.dumps(facts))
    made = verify(run, folder, "--match", "web=frontend", "--image-facts", "facts.json", "--format", "json")
    assert "argv" in json.loads(made.stdout)["equal"]["web"]
    assert "shop: 1 service" in verify(run, folder, "--match", "web=frontend", "-p", "shop").stdout


def test_manifests_may_come_from_a_pipe(run: Run, folder: Path) -> None:
    made = run("verify", "--manifests", "-", "--match", "web=frontend", cwd=folder, stdin=DEPLOYMENT)
    assert made.returncode == 1
    assert "stdin:15:18: registry.example/other:1" in made.stdout


def test_a_folder_in_the_place_of_a_compose_file(run: Run, folder: Path) -> None:
    made = run("verify", "compose.yaml", "k8s", cwd=folder)
    assert (made.returncode, made.stdout) == (2, "")
    assert "write --manifests k8s" in made.stderr


def test_what_the_conversion_would_warn_of_is_no_matter_of_the_tree(run: Run, folder: Path) -> None:
    other = "  node.one: {image: 'registry.example/web:1'}\n"
    (folder / "compose.yaml").write_text(WEB.replace('PLAIN: "1"', "PLAIN: node.one") + other)
    assert "undecided-reference" in run("convert", cwd=folder).stderr
    assert "undecided-reference" not in verify(run, folder, "--match", "web=frontend").stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--fail-on", "nothing"), "unknown-level"),
        (("--accept", "facts.json"), "bad-accepted"),
        (("--accept", "compose.yaml"), "bad-accepted"),
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
