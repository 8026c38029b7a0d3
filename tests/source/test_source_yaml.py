"""YAML in: values as Compose and Kubernetes mean them, with places; hostile text ends in a diagnostic."""

from __future__ import annotations

import datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compose2qt.diagnostic import Collector, InputError
from compose2qt.source import (
    Mapping,
    Scalar,
    Sequence,
    Span,
    compose_scalar,
    kubernetes_scalar,
    leaves,
    plain,
    pointer,
    read_yaml,
)


def read(text: str) -> object:
    collector = Collector()
    documents = read_yaml(text, "f.yml", collector)
    collector.check()
    return plain(documents[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("~", None),
        ("Null", None),
        ("", None),
        ("017", 15),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", 3),
        ("1_000", 1000),
        ("08", 8.0),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1.10", 1.1),
        ("22:22", "22:22"),
        ("=", "="),
        ("-", "-"),
        ("1.2.3", "1.2.3"),
        ("2001-12-14", datetime.datetime(2001, 12, 14, tzinfo=datetime.UTC)),
        ("2001-13-14", "2001-13-14"),
    ],
)
def test_compose_resolves_plain_scalars(text: str, value: object) -> None:
    found = compose_scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_kubernetes_still_takes_old_booleans() -> None:
    assert [kubernetes_scalar(word) for word in ("y", "Yes", "ON", "no", "off", "N")] == [True] * 3 + [False] * 3
    assert kubernetes_scalar("2001-12-14") == "2001-12-14"


def test_huge_numbers_stay_cheap() -> None:
    assert isinstance(compose_scalar("9" * 100_000), str)


def test_every_value_and_key_has_its_place() -> None:
    root = read_yaml("a:\n  - b: 1\n    c: two\n", "f.yml", Collector())[0]
    assert isinstance(root, Mapping)
    items = root.entries["a"]
    assert isinstance(items, Sequence)
    entry = items.items[0]
    assert isinstance(entry, Mapping)
    assert entry.keys["c"] == Span("f.yml", 3, 5)
    assert entry.entries["c"] == Scalar("two", Span("f.yml", 3, 8))


def test_leaves_are_scalars_and_empty_collections_once() -> None:
    root = read_yaml("a: &x {k: 1}\nb:\n  <<: *x\n  e: []\nc: {}\n", "f.yml", Collector())[0]
    paths = {pointer(path) for path, _ in leaves(root)}
    assert paths == {"/a/k", "/b/<</k", "/b/k", "/b/e", "/c"}
    assert len({node.span for _, node in leaves(root)}) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n", {"k": 3, "l": 2}),
        ("a: &x {k: 1}\nc: &y {k: 2, m: 3}\nb:\n  k2: 0\n  <<: [*x, *y]\n", {"k2": 0, "k": 1, "m": 3}),
        ("b: {on: 1, yes: 2}", {"on": 1, "yes": 2}),
        ("b: !!str 017\n", "017"),
        ("b: !reset null", "null"),
        ("b: !any 017", "017"),
        ('b: "017"', "017"),
    ],
)
def test_merge_keys_tags_and_keys(text: str, value: object) -> None:
    found = read(text)
    assert isinstance(found, dict)
    assert found["b"] == value


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\na: 2", "duplicate-key", 2, 1),
        ('a: 1\n"a": 2', "duplicate-key", 2, 1),
        ("a: {b: [1,\n", "yaml-syntax", 2, 1),
        ("a: 1\n\tb: 2", "yaml-syntax", 2, 1),
        ("a: \x07", "yaml-character", 1, 4),
        ("services: {8080: x}", "non-string-key", 1, 12),
        ("null: x", "non-string-key", 1, 1),
        ("a: &x [*x]", "alias-cycle", 1, 8),
        ("a: *nope", "unknown-alias", 1, 4),
        ("? {a: b}\n: c", "complex-key", 1, 3),
        ("a:\n  <<: 1\n", "bad-merge", 2, 3),
        ("[" * 5000, "nesting-too-deep", 1, 1001),
        ("- " * 5000, "nesting-too-deep", 1, 401),
        ("a: " + "[" * 300, "nesting-too-deep", 1, 203),
    ],
)
def test_bad_text_is_a_diagnostic_with_a_place(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    first = caught.value.diagnostics[0]
    assert (first.code, first.span) == (code, Span("f.yml", line, column))
    assert first.fix


def test_all_duplicate_keys_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read("a: 1\nb: 2\na: 3\nb: 4\n")
    assert [d.span.line for d in caught.value.diagnostics if d.span] == [3, 4]


def test_alias_bomb_does_not_expand() -> None:
    text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for previous, name in zip("abcdefgh", "bcdefghi", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]\n"
    with pytest.raises(InputError, match="alias-bomb"):
        read(text)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1, max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_json)
def test_reads_back_what_another_library_wrote(value: object) -> None:
    # JSON-like flow style quotes all strings, so that both YAML versions agree on what it means.
    text = yaml.safe_dump({"root": value}, default_style='"', allow_unicode=True, width=10_000)
    found = read(text)
    assert isinstance(found, dict)
    assert found["root"] == value


@given(st.text(max_size=200))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    try:
        read_yaml(text, "f.yml", Collector())
    except InputError as error:
        assert error.diagnostics
