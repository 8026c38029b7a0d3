"""Facts for every rule that excuses a difference, and for the page about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compose2qt.verify import Aspect
from compose2qt.verify.deliberate import RULES, Rule
from compose2qt.verify.effect import effect
from compose2qt.verify.verification import Judgement, Outcome

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "verify-codes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_says_why_and_is_on_the_page(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z-]+", rule.code)
    assert len(rule.reason) > 10
    assert f"| `{rule.code}` |" in PAGE
    for pattern in (rule.item, rule.compose, rule.kubernetes):
        re.compile(pattern)


def test_no_rule_excuses_everything() -> None:
    for rule in RULES:
        assert rule.when is not None or not (rule.compose == rule.kubernetes == r".*"), rule.code


@pytest.mark.parametrize("aspect", Aspect)
def test_each_aspect_says_what_happens(aspect: Aspect) -> None:
    for values in (("x", "absent"), ("absent", "x"), ("x", "y")):
        assert effect(aspect, "", Judgement(Outcome.DIFFERENT, *values))
    assert str(aspect) in PAGE
