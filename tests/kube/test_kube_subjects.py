"""What a rule is about is found by asking it of an empty node: nowhere else may it have something to say."""

from __future__ import annotations

import random

import pytest

from compose2qt.kube.registry import EVERY_OBJECT, Rule, rules
from compose2qt.source import Mapping, Node, Scalar, Sequence, Span

SEED = 20261126
MINOR = 35
PLACE = Span("m.yaml", 1, 1)
CHOSEN = [rule for rule in rules() if rule.subjects(MINOR) is not None and EVERY_OBJECT not in rule.types]


def any_node(source: random.Random, names: list[str], depth: int = 2) -> Node:
    """A node of any shape with keys of ``names``."""
    kind = source.randrange(4) if depth else 0
    if kind == 0:
        return Scalar(source.choice(["", "x", "Always", -1, 0, 70_000, True, None, 1.5]), PLACE)
    if kind == 1:
        return Sequence(tuple(any_node(source, names, depth - 1) for _ in range(source.randrange(3))), PLACE)
    return Mapping({name: any_node(source, names, depth - 1) for name in source.sample(names, 4)}, PLACE)


@pytest.mark.parametrize("rule", CHOSEN, ids=lambda rule: rule.code)
def test_a_rule_says_nothing_where_its_subjects_are_missing(rule: Rule) -> None:
    subjects = rule.subjects(MINOR) or frozenset()
    names = sorted({name for one in CHOSEN for name in one.subjects(MINOR) or ()})
    source = random.Random(f"{SEED}{rule.code}")  # noqa: S311 - a repeatable choice, no secret
    for _ in range(50):
        entries = {name: any_node(source, names) for name in source.sample(names, 6) if name not in subjects}
        node = Mapping(entries, PLACE)
        assert list(rule.violations(node, MINOR, node)) == [], (SEED, sorted(entries))


def test_most_rules_are_about_some_keys() -> None:
    assert len(CHOSEN) > len(rules()) / 2
