"""Facts for every rule: it has a page, it fires where its cases say so, and it stays silent where they say so.

The cases stand in ``cases/<area>.yaml``: what a system that every rule is silent about (``clean.yaml``) must change.
``container``, ``pod`` and ``workload`` are merged into its Deployment, ``objects`` are added, ``only`` replaces the whole;
``map_of`` adds a ConfigMap of so many bytes, ``overruns`` and ``quotas`` are what the budget found exceeded.
"""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from compose2qt.audit import RULES, Finding, Rule, judge
from compose2qt.audit.registry import AREAS
from compose2qt.audit.system import Overrun
from compose2qt.diagnostic import Collector, Severity
from compose2qt.manifests.model import Object, Tree
from compose2qt.source import Mapping, Span, kubernetes_scalar, read_yaml
from compose2qt.workload import EmittedField, Entry, Exposed, Leaf, Ledger, Loss, Outcome

CASES = Path(__file__).parent / "cases"
Case = dict[str, Any]


def load(name: str) -> Any:
    return yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


CLEAN: list[dict[str, Any]] = load("clean")
BY_NAME = {rule.name: rule for rule in RULES}
DECLARED: dict[str, dict[str, list[Case]]] = {
    name: {side: cases if isinstance(cases, list) else [cases] for side, cases in sides.items()}
    for area in ("correctness", "reliability", "security", "portability", "migration", "cost")
    for name, sides in load(area).items()
}


def merged(base: Any, change: Any) -> Any:
    """``change`` over ``base``: mappings key by key, a null removes, anything else replaces."""
    if isinstance(base, dict) and isinstance(change, dict):
        kept = {key: value for key, value in base.items() if key not in change}
        return kept | {key: merged(base.get(key), value) for key, value in change.items() if value is not None}
    return change


def system(case: Case) -> Tree:
    """The clean system with the changes of ``case``."""
    workload = merged(deepcopy(CLEAN[0]), case.get("workload", {}))
    template = workload["spec"].get("template")
    if template is not None:
        spec = merged(template["spec"], case.get("pod", {}))
        spec["containers"] = [merged(spec["containers"][0], case.get("container", {})), *spec["containers"][1:]]
        template["spec"] = spec
    objects = case.get("only") or [workload, *CLEAN[1:], *case.get("objects", [])]
    if size := case.get("map_of"):
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}, "data": {"x": "x" * size}})
    aside = [(item, "x.yaml") for item in case.get("unapplied", [])] + [
        (item, "blocked/x.yaml") for item in case.get("blocked", [])
    ]
    return Tree(tuple(located(item) for item in objects) + tuple(located(item, False, file) for item, file in aside))


def located(item: dict[str, Any], applied: bool = True, file: str = "x.yaml") -> Object:
    text = yaml.safe_dump(item, sort_keys=False)
    node = read_yaml(text, f"{item['kind']}.yaml".lower(), Collector(), resolve=kubernetes_scalar)[0]
    assert isinstance(node, Mapping)
    return Object(node, file, applied)


def ledger(case: Case) -> Ledger:
    """A ledger with the losses, leaves and exposed secrets of ``case``."""
    entries = []
    for line, text in enumerate(case.get("losses", []), 10):
        code, _, severity = text.partition(" ")
        span = Span("compose.yaml", line, 9)
        loss = Loss(code, span, "a reason", "a remedy", "web", Severity[severity.upper() or "WARNING"])
        entries.append(Entry(Leaf(("services", "web", "x"), span), Outcome.LOST, (), (loss,)))
    for line, (path, target) in enumerate(case.get("leaves", {}).items(), 50):
        span = Span("compose.yaml", line, 9)
        entries.append(Entry(Leaf(tuple(path.split(".")), span), Outcome.EMITTED, (EmittedField(span, target, "/data/X"),)))
    exposed = tuple(Exposed(Span("compose.yaml", 90, 9), name, "web") for name in case.get("exposed", []))
    return Ledger(tuple(entries), exposed=exposed)


def findings(case: Case) -> list[Finding]:
    tree = system(case)
    overruns = [Overrun(message, Span("mapping.yaml", 3, 3)) for message in case.get("overruns", [])]
    overruns += [Overrun("too much", None, tree.index[name], ("spec", "hard", "pods")) for name in case.get("quotas", [])]
    version = case.get("kubernetes", "1.35")
    return list(judge(tree, ledger(case), kubernetes=version, overruns=overruns).findings)


def sides(side: str) -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}-{number}")
        for name, declared in DECLARED.items()
        for number, case in enumerate(declared.get(side, []))
    ]


@pytest.mark.parametrize(("name", "case"), sides("fires"))
def test_fires(name: str, case: Case) -> None:
    found = [finding for finding in findings(case) if finding.name == name]
    assert found, f"{name} is silent"
    if "field" in case:
        assert case["field"] in {finding.field for finding in found}
    if "object" in case:
        assert case["object"] in {finding.object for finding in found}
    if "says" in case:
        assert case["says"] in {finding.message for finding in found}


@pytest.mark.parametrize(("name", "case"), sides("silent"))
def test_stays_silent(name: str, case: Case) -> None:
    assert not [finding for finding in findings(case) if finding.name == name]


def test_the_clean_system_has_no_finding() -> None:
    assert findings({}) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_facts_of_every_rule(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert rule.code[:3] in AREAS
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.name)
    assert len(rule.page.split()) >= 8, "a rule has a page"
    assert rule.fix
    assert not rule.fix.endswith("."), "a fix stands inside a sentence"
    assert (rule.options is not None) == ("options" in rule.asks)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len(BY_NAME) == len(RULES)


def test_every_rule_has_both_cases() -> None:
    without = [rule.name for rule in RULES if rule.area in ("the audit itself",)]
    assert sorted(DECLARED) == sorted(set(BY_NAME) - set(without))
    assert all(declared["fires"] for declared in DECLARED.values())


def test_numbers_of_an_area_have_no_holes() -> None:
    for area in AREAS:
        numbers = [int(rule.code[3:]) for rule in RULES if rule.code.startswith(area)]
        assert numbers == list(range(1, len(numbers) + 1)), area
