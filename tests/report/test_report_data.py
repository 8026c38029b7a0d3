"""What programs read: JSON against its published schema, and SARIF."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from compose2qt.audit import RULES
from compose2qt.report import Report, as_data, render_json, render_sarif, report_schema
from compose2qt.report.sarif import MAX_RESULTS
from reports import giant, hostile, small

REPORTS = {"small": small, "hostile": hostile, "giant": giant}


@pytest.mark.parametrize("name", REPORTS)
def test_json_keeps_its_promise(name: str) -> None:
    data = json.loads(render_json(REPORTS[name]()))
    jsonschema.Draft202012Validator.check_schema(report_schema())
    jsonschema.validate(data, report_schema())


def test_the_schema_refuses_what_it_does_not_promise() -> None:
    data = as_data(small())
    changes: tuple[dict[str, object], ...] = ({"extra": 1}, {"schema": "other"}, {"findings": [{}]})
    for change in changes:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, **change}, report_schema())


def test_json_has_the_documented_shape() -> None:
    data = as_data(small())
    assert data["budget"]["requests"] == {"cpu": "500m", "memory": "128Mi"}
    assert data["budget"]["storage"] == "5Gi"
    assert data["budget"]["claims"][0] == {
        "name": "requests.cpu",
        "claimed": "300m",
        "computed": "500m",
        "ok": False,
        "arithmetic": "2 × 250m = 500m",  # noqa: RUF001 - the sign that people read
        "file": "mapping.yaml",
        "line": 4,
    }
    image = next(finding for finding in data["findings"] if finding["code"] == "REL001")
    assert (image["file"], image["line"], image["object"]) == ("out/all.yaml", 12, "Deployment/web")
    assert image["source"] == {"file": "docker-compose.yml", "line": 3}
    assert data["ledger"][1]["losses"][0]["code"] == "ports.host-port"


def test_a_report_of_manifests_has_no_ledger() -> None:
    assert "ledger" not in as_data(replace(small(), ledger=None))


def sarif(report: Report) -> dict[str, Any]:
    made = json.loads(render_sarif(report))
    assert (made["version"], len(made["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = made["runs"][0]
    return run


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_what_code_scanning_reads(name: str) -> None:
    run = sarif(REPORTS[name]())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert not place["artifactLocation"]["uri"].startswith(("/", "./"))
        assert ":" not in place["artifactLocation"]["uri"].partition("/")[0]
    prints = Counter(result["partialFingerprints"]["compose2qt/v1"] for result in run["results"])
    assert set(prints.values()) <= {1}, "fingerprints tell results apart"


def test_sarif_stands_at_the_compose_line_and_relates_the_manifest() -> None:
    result = next(result for result in sarif(small())["results"] if result["ruleId"] == "REL001")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "docker-compose.yml"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "out/all.yaml"


def test_sarif_fingerprints_do_not_move_with_lines() -> None:
    first = small()
    moved = replace(first, findings=tuple(replace(f, span=replace(f.span, line=f.span.line + 7)) for f in first.findings))
    prints = [[result["partialFingerprints"] for result in sarif(report)["results"]] for report in (first, moved)]
    assert prints[0] == prints[1]


def test_sarif_has_no_more_results_than_are_read() -> None:
    assert len(sarif(giant(MAX_RESULTS + 50))["results"]) == MAX_RESULTS


def test_sarif_gives_security_rules_a_score() -> None:
    codes = {rule.code for rule in RULES if rule.area == "security"}
    for rule in sarif(small())["tool"]["driver"]["rules"]:
        assert ("security-severity" in rule["properties"]) == (rule["id"] in codes)
