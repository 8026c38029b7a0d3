"""``compose2qt report`` and ``explain`` as people run them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

import compose2qt
from compose2qt.cli.messages import MESSAGES

if TYPE_CHECKING:
    import subprocess

    class Run(Protocol):
        def __call__(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]: ...


WEB = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {ignore.compose2qt/host-path-volume: "reads logs (until 2027-06-30)"}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27.3", resources: {requests: {cpu: 3, memory: 1Gi}}}
      volumes: [{name: logs, hostPath: {path: /var/log}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "k8s").mkdir()
    (tmp_path / "k8s" / "web.yaml").write_text(WEB, encoding="utf-8")
    return tmp_path


def data(run: Run, folder: Path, *arguments: str) -> dict[str, object]:
    done = run("report", "--manifests", "k8s", "--format", "json", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    made: dict[str, object] = json.loads(done.stdout)
    return made


def codes(found: object) -> set[str]:
    assert isinstance(found, list)
    return {one["code"] for one in found}


def test_a_tree_of_others_is_judged(run: Run, folder: Path) -> None:
    made = data(run, folder)
    assert "REL003" in codes(made["findings"])
    assert codes(made["excused"]) == {"SEC012"}
    assert "ledger" not in made


def test_today_lets_suppressions_expire(run: Run, folder: Path) -> None:
    made = data(run, folder, "--today", "2027-07-01")
    assert {"SEC012", "AUD001"} <= codes(made["findings"])
    assert made["excused"] == []


@pytest.mark.parametrize(("named", "uri", "is_below"), [("{}", "m/web.yaml", True), ("../m", "../m/web.yaml", False)])
def test_no_report_holds_the_path_of_a_machine(run: Run, folder: Path, named: str, uri: str, is_below: bool) -> None:
    (folder / "m").mkdir()
    (folder / "beside").mkdir()
    (folder / "m" / "web.yaml").write_text(WEB, encoding="utf-8")
    place = named.format(folder / "m")
    done = run("report", "--manifests", place, "--format", "sarif", cwd=folder / "beside")
    assert str(folder) not in done.stdout
    artifact = json.loads(done.stdout)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (artifact["uri"], "uriBaseId" in artifact) == (uri, is_below)
    assert str(folder) not in run("report", "--manifests", place, cwd=folder / "beside").stdout


NAMESAKES = """apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: a}
spec: {hard: {pods: 1}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: b}
spec: {hard: {cpu: 1}}
---
"""


def test_namesakes_are_told_apart_by_their_namespaces(run: Run, folder: Path) -> None:
    twice = "---\n".join(WEB.replace("name: web\n", f"name: web\n  namespace: {name}\n", 1) for name in "ab")
    (folder / "k8s" / "web.yaml").write_text(NAMESAKES + twice, encoding="utf-8")
    made = data(run, folder)
    findings, budget = made["findings"], made["budget"]
    assert isinstance(findings, list) and isinstance(budget, dict)
    assert sorted((one["line"], one["field"]) for one in findings if one["code"] == "COR052") == [
        (4, "/spec/hard/pods"),
        (9, "/spec/hard/cpu"),
    ]
    assert [one["namespace"] for one in budget["workloads"]] == ["a", "b"]
    shown = run("report", "--manifests", "k8s", cwd=folder).stdout
    assert "Deployment/web (a)" in shown
    assert "Deployment/web (b)" in shown


def test_nodes_say_whether_the_pods_fit(run: Run, folder: Path) -> None:
    budget = data(run, folder, "--nodes", "1x4cpu8Gi")["budget"]
    assert isinstance(budget, dict)
    assert (budget["fit"]["ok"], budget["fit"]["enough"]) == (False, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--nodes", "huge"), "--nodes huge"),
        (("--today", "tomorrow"), "tomorrow"),
        (("--format", "htm"), "did you mean 'html'?"),
        (("--manifests", "nowhere"), "nowhere does not exist"),
    ],
)
def test_bad_usage_is_told(run: Run, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("report", "--manifests", "k8s", *arguments, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_judged(run: Run, folder: Path) -> None:
    (folder / "k8s" / "broken.yaml").write_text("apiVersion: v1\nkind: {\n", encoding="utf-8")
    (folder / "k8s" / "latin.yaml").write_bytes(b"apiVersion: v1\nkind: Pod\nmetadata: {name: \xff}\n")
    (folder / "k8s" / "twice.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {A: x}\ndata: {B: y}\n", encoding="utf-8"
    )
    (folder / "k8s" / "t.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.x }}}\n", encoding="utf-8")
    findings = data(run, folder)["findings"]
    assert isinstance(findings, list)
    unread = [(Path(one["file"]).name, one["line"]) for one in findings if one["code"] == "AUD006"]
    assert unread == [("broken.yaml", 3), ("latin.yaml", 3), ("t.yaml", 3), ("twice.yaml", 5)]
    assert {"REL003", "COS002"} <= codes(findings), "what can be read is judged"
    assert run("report", "--manifests", "k8s", "--fail-on", "error", cwd=folder).returncode == 1
    assert run("validate", "k8s", cwd=folder).returncode == 2, "an API server would not be asked"
    for name in ("web.yaml", "twice.yaml"):
        (folder / "k8s" / name).unlink()
    done = run("report", "--manifests", "k8s", cwd=folder)
    assert (done.returncode, done.stdout) == (2, ""), "nothing is left to judge"


@pytest.mark.parametrize(("level", "code"), [("warning", 1), ("error", 0)])
def test_fail_on_counts_what_is_not_excused(run: Run, folder: Path, level: str, code: int) -> None:
    assert run("report", "--manifests", "k8s", "--fail-on", level, cwd=folder).returncode == code


def test_a_folder_gets_every_format(run: Run, folder: Path) -> None:
    assert run("report", "--manifests", "k8s", "-o", "made/", cwd=folder).returncode == 0
    assert sorted(path.name for path in (folder / "made").iterdir()) == [
        "report.html", "report.json", "report.md", "report.sarif", "report.txt",
    ]  # fmt: skip


@pytest.mark.parametrize("subject", ["SEC012", "host-path-volume"])
def test_explain_prints_the_page_of_a_rule(run: Run, folder: Path, subject: str) -> None:
    done = run("explain", subject, cwd=folder)
    assert done.stdout.startswith("SEC012 host-path-volume (error)")
    assert "Fix:" in done.stdout


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("services.ports", "services.ports"),
        ("ports.host-port", "What to do"),
        ("bad-quantity", "validation"),
        ("removed-api", "POR004"),
        ("variable-unset", "--env-file"),
        ("volumes", "\nservices.volumes ("),
        ("volumes", "volumes (partial"),
        ("ports.target", "services.ports"),
        ("build.args", "services.build"),
        ("mount.copy-up", "a claim is empty at first"),
        ("verify/mounts", "stands at this path"),
        ("service links", "enableServiceLinks: false"),
        ("data-away", "finds another volume"),
    ],
)
def test_explain_prints_the_page_of_what_else_there_is(run: Run, folder: Path, subject: str, said: str) -> None:
    assert said in run("explain", subject, cwd=folder).stdout


@pytest.mark.parametrize(
    ("subject", "meant"),
    [("host-path-volumes", "host-path-volume"), ("volumes.copyup", "volumes.copy-up"), ("variable-unsett", "variable-unset")],
)
def test_explain_names_the_nearest_page(run: Run, folder: Path, subject: str, meant: str) -> None:
    done = run("explain", subject, cwd=folder)
    assert done.returncode == 2
    assert f"did you mean '{meant}'?" in done.stderr


def test_every_code_of_a_warning_has_a_page() -> None:
    calls = (
        node
        for path in Path(compose2qt.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("warning", "info")
    )
    codes = {call.args[0].value for call in calls if call.args and isinstance(call.args[0], ast.Constant)}
    assert "variable-unset" in codes
    assert codes - MESSAGES.keys() == set()
