"""Every semantic rule: where it fires, and what of the same shape nothing objects to.

``cases/<topic>.yaml`` lists for each rule the place that is changed in a valid object (see ``kube_objects``), changes that
the rule refuses, and changes that are right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from compose2qt.kube.pack import pack
from compose2qt.kube.registry import rules
from kube_objects import changed, codes

FILES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))
CASES: list[dict[str, Any]] = [case for file in FILES for case in yaml.safe_load(file.read_text(encoding="utf-8"))]
MIB = 1024 * 1024


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}-{case['place']}-{case.get('minor', 35)}")
def test_the_rule_fires_and_only_where_it_should(case: dict[str, Any]) -> None:
    minor = case.get("minor", 35)
    for change in case["bad"]:
        assert case["rule"] in codes(changed(case["place"], change), minor), f"silent on {change}"
    for change in case["good"]:
        assert codes(changed(case["place"], change), minor) == [], f"objects to {change}"


@pytest.mark.parametrize(("field", "text"), [("data", "a"), ("binaryData", "AAAA")])
def test_a_config_map_holds_a_mebibyte(field: str, text: str) -> None:
    for size, expected in ((MIB - 10, []), (MIB + 10, ["config-too-large"])):
        value = text * (size if field == "data" else size // 3)
        assert codes(changed("configmap", {"data": None, field: {"a": value}})) == expected


def test_every_rule_has_cases_of_both_kinds_and_a_page() -> None:
    tested = {case["rule"] for case in CASES if case["bad"] and case["good"]}
    assert tested | {"config-too-large"} == {rule.code for rule in rules()}
    for rule in rules():
        assert rule.page.rstrip().endswith("."), f"{rule.code} has no page"


def test_every_type_that_a_rule_is_about_exists() -> None:
    known = {name.rpartition(".")[2] for name in pack().types} | {"*"}
    assert {name for rule in rules() for name in rule.types} <= known
