"""Edits of a mapping's text: they say exactly what they should, keep everything else, or are not made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compose2qt.diagnostic import InputError
from compose2qt.mapping.edit import Drop, Put, edited

TEXT = """# head
version: 1 # one

targets:
  # the web
  web: {replicas: 2} # here
  api:
    resources: small # a class
    readiness: &r {path: /h}
    liveness: *r
  db:
  note: |
    two
    lines

ignore:
  - rule: REL001 # why
    reason: a
  - {rule: REL002, reason: b}
  - rule: REL003
    reason: c
  # last
"""
MEMORY = ("resources", "limits", "memory")


@pytest.mark.parametrize(
    ("edit", "line", "becomes"),
    [
        (Put(("targets", "web", *MEMORY), "1Gi"), " 2} # here", " 2, resources: {limits: {memory: 1Gi}}} # here"),
        (Put(("targets", "api", *MEMORY), "1Gi"), ": small #", ": {use: small, limits: {memory: 1Gi}} #"),
        (Put(("targets", "db", "kind"), "Job"), "  db:", "  db:\n    kind: Job"),
        (Put(("targets", "web", "replicas"), 1), "  web: {replicas: 2} # here", "  web: {replicas: 1} # here"),
        (Put(("targets", "q", "env"), {"A": "1", "B": "x:"}), "lines", 'lines\n  q:\n    env:\n      A: "1"\n      B: "x:"'),
        (Put(("storage", "d"), {"size": "1Gi", "from": []}), ": c", ": c\n\nstorage:\n  d:\n    size: 1Gi\n    from: []"),
        (Drop(("ignore", 1)), "  - {rule: REL002, reason: b}\n", ""),
        (Drop(("ignore", 2)), "  - rule: REL003\n    reason: c\n", ""),
    ],
)  # fmt: skip
def test_an_edit_is_the_smallest_change(edit: Put | Drop, line: str, becomes: str) -> None:
    assert edited(TEXT, edit) == TEXT.replace(line, becomes, 1)


@pytest.mark.parametrize(
    "edit",
    [
        Put(("targets", "api", "liveness", "port"), 1),  # an alias: the anchor would change, too
        Put(("targets", "api", "readiness", "port"), 1),  # an anchor: the alias would change, too
        Put(("version", "x"), 1),
        Put(("targets",), 1),
        Drop(("ignore", 0)),  # it has a comment
        Drop(("ignore", 7)),
        Drop(("targets", "web"), only=(("replicas", 3),)),
    ],
)
def test_what_would_touch_something_else_is_not_made(edit: Put | Drop) -> None:
    assert edited(TEXT, edit) is None


def test_what_stands_already_changes_nothing() -> None:
    assert edited(TEXT, Put(("targets", "web", "replicas"), 2)) == TEXT


@pytest.mark.parametrize(
    ("text", "edit", "made"),
    [
        ("{}\n", Put(("a", "b"), 1), "{a: {b: 1}}\n"),
        ("{a: 1, # x\n}\n", Put(("b",), "z"), "{a: 1, b: z, # x\n}\n"),
        ("a: {}", Put(("a", "b"), 1), "a: {b: 1}"),
        ("a:", Put(("a", "b"), 1), "a:\n  b: 1"),
        ("a: 1", Put(("b",), 1), "a: 1\nb: 1"),
        ("a: 1\r\nb: 2\r\n", Put(("c", "d"), 1), "a: 1\r\nb: 2\r\nc:\r\n  d: 1\r\n"),
        ("a: [1, 2, 3]\n", Drop(("a", 0)), "a: [2, 3]\n"),
        ("a: [1, 2, 3]\n", Drop(("a", 2)), "a: [1, 2]\n"),
        ("b: 1\na:\n- 1\n", Drop(("a", 0)), "b: 1\n"),
        ("a:\n- 1\nb: 1\n", Drop(("a", 0)), "b: 1\n"),
        ("x: &x {a: 1}\ny:\n  <<: *x\n", Put(("y", "b"), 1), "x: &x {a: 1}\ny:\n  <<: *x\n  b: 1\n"),
    ],
)
def test_every_style_is_edited(text: str, edit: Put | Drop, made: str) -> None:
    assert edited(text, edit) == made


KEYS = st.sampled_from(["web", "api", "limits", "a b", "true", "7"])
VALUES = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text(max_size=8)),
    lambda below: st.one_of(st.lists(below, max_size=2), st.dictionaries(KEYS, below, max_size=2)),
    max_leaves=4,
)
TEXTS = st.lists(
    st.sampled_from(
        ["web:", "  x: 1 # c1", "  limits: {cpu: 1} # c2", "# c3", "", "api: # c4", "  web: text", "  - item",
         "limits: &l [1] # c5", "'a b': *l"]
    ),
    max_size=7,
).map("\n".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(KEYS, min_size=1, max_size=3), VALUES)
def test_no_edit_loses_a_line_or_a_comment(text: str, path: list[str], value: object) -> None:
    try:
        made = edited(text, Put(tuple(path), value))
    except InputError:  # what is no YAML is refused before anything is edited
        return
    if made is None:
        return
    assert edited(made, Put(tuple(path), value)) == made, "a second time changes nothing"
    for comment in ("# c1", "# c2", "# c3", "# c4", "# c5"):
        assert made.count(comment) >= text.count(comment)
