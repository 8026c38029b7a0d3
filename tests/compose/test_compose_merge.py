"""How files combine: attribute, base, override, result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compose_projects import Tagged, dumped
from compose_reference import ours, write

if TYPE_CHECKING:
    from pathlib import Path

TABLE: list[tuple[str, Any, Any, Any]] = [
    ("command", "a b", ["c"], ["c"]),
    ("command", ["a"], None, None),
    ("entrypoint", ["a"], "b c", ["b", "c"]),
    ("hostname", "a", None, "a"),
    ("hostname", "a", "b", "b"),
    ("environment", {"A": 1, "B": 2}, ["A=3", "C"], {"A": "3", "B": "2", "C": None}),
    ("environment", {"A": 1}, {"A": None}, {"A": None}),
    ("environment", ["A=1"], ["A=2", "A=1"], {"A": "1"}),
    ("labels", ["a=1"], {"b": 2}, {"a": "1", "b": "2"}),
    ("dns", "1.1.1.1", ["8.8.8.8", "1.1.1.1"], ["1.1.1.1", "8.8.8.8"]),
    ("tmpfs", "/a", ["/b"], ["/a", "/b"]),
    ("cap_add", ["A"], ["B", "A"], ["A", "B"]),
    ("security_opt", ["a"], ["a", "b"], ["a", "b"]),
    ("expose", ["80"], [80, 81], ["80", "81"]),
    ("extra_hosts", ["h=1.1.1.1"], {"h": "1.1.1.1", "g": "2.2.2.2"}, ["g=2.2.2.2", "h=1.1.1.1"]),
    ("ulimits", {"nofile": {"soft": 1, "hard": 2}}, {"nofile": 5}, {"nofile": 5}),
    ("sysctls", {"a": 1}, ["b=2"], {"a": "1", "b": "2"}),
    ("logging", {"driver": "a", "options": {"x": "1"}}, {"options": {"y": "2"}}, {
        "driver": "a", "options": {"x": "1", "y": "2"}}),
    ("logging", {"driver": "a", "options": {"x": "1"}}, {"driver": "b"}, {"driver": "b"}),
    ("healthcheck", {"test": ["CMD", "a"], "retries": 1}, {"test": ["CMD", "b"]}, {"test": ["CMD", "b"], "retries": 1}),
    ("devices", ["/a:/x"], ["/b:/x"], [{"source": "/b", "target": "/x", "permissions": "rwm"}]),
    ("group_add", ["a"], ["b"], ["a", "b"]),
    ("depends_on", ["b"], {"c": {"condition": "service_healthy"}}, {
        "b": {"condition": "service_started", "required": True}, "c": {"condition": "service_healthy", "required": True}}),
    ("networks", ["n"], {"n": {"priority": 1}, "default": None}, {"n": {"priority": 1}, "default": None}),
    ("labels", {"a": "1", "b": "2"}, {"a": Tagged("!reset", None)}, {"b": "2"}),
    ("labels", ["a=1"], {"a": Tagged("!reset", None)}, {"a": "1"}),
    ("command", ["a"], Tagged("!reset", None), None),
    ("cap_add", ["A"], Tagged("!override", ["B"]), ["B"]),
    ("environment", {"A": 1}, Tagged("!override", {"B": 2}), {"B": "2"}),
    ("hostname", "a", Tagged("!reset", "x"), "<none>"),
    ("cpu_count", 1, Tagged("!reset", "${U?no}"), "<none>"),
]  # fmt: skip
CONTEXT = {"b": {"image": "b"}, "c": {"image": "c"}}


@pytest.mark.parametrize(("attribute", "base", "over", "result"), TABLE)
def test_override(tmp_path: Path, attribute: str, base: Any, over: Any, result: Any) -> None:
    main = {"services": {"a": {"image": "x", attribute: base}, **CONTEXT}, "networks": {"n": {}}}
    write(tmp_path, {"1.yaml": dumped(main), "2.yaml": dumped({"services": {"a": {attribute: over}}})})
    answer = ours(tmp_path, "-f", "1.yaml", "-f", "2.yaml")
    assert answer.project is not None, answer.error
    assert answer.project["services"]["a"].get(attribute, "<none>") == result


@pytest.mark.parametrize(
    ("attribute", "base", "over"), [("labels", ["a=1"], {"b": 2}), ("cap_add", ["A"], ["B"]), ("command", "a", "b")]
)
def test_extends_merges_as_files_do(tmp_path: Path, attribute: str, base: Any, over: Any) -> None:
    one = {"services": {"b": {"image": "x", attribute: base}, "a": {"extends": "b", attribute: over}}}
    write(tmp_path, {"one.yaml": dumped(one), "1.yaml": dumped({"services": {"a": {"image": "x", attribute: base}}}),
                     "2.yaml": dumped({"services": {"a": {attribute: over}}})})  # fmt: skip
    extended = ours(tmp_path, "-f", "one.yaml").project["services"]["a"]
    assert extended == ours(tmp_path, "-f", "1.yaml", "-f", "2.yaml").project["services"]["a"]


@pytest.mark.parametrize(("attribute", "base", "over"), [("cap_add", ["A"], {"b": 1}), ("healthcheck", {"test": "a"}, ["x"])])
def test_another_type_does_not_override(tmp_path: Path, attribute: str, base: Any, over: Any) -> None:
    main = {"services": {"a": {"image": "x", attribute: base}}}
    write(tmp_path, {"1.yaml": dumped(main), "2.yaml": dumped({"services": {"a": {attribute: over}}})})
    answer = ours(tmp_path, "-f", "1.yaml", "-f", "2.yaml")
    assert answer.project is None
    assert "2.yaml:1:" in answer.error
    assert "[cannot-override]" in answer.error


def test_subnets_merge_by_their_address(tmp_path: Path) -> None:
    base = {"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}
    files = [
        [base, {"subnet": "10.1.0.0/24"}],
        [{"subnet": "10.0.0.0/24", "ip_range": "10.0.0.0/25"}, {"subnet": "10.2.0.0/24"}],
    ]
    texts = {
        f"{number}.yaml": dumped(
            {"services": {"a": {"image": "x", "networks": ["n"]}}, "networks": {"n": {"ipam": {"config": one}}}}
        )
        for number, one in enumerate(files)
    }
    answer = ours(write(tmp_path, texts), "-f", "0.yaml", "-f", "1.yaml")
    assert answer.project["networks"]["n"]["ipam"]["config"] == [
        {**base, "ip_range": "10.0.0.0/25"},
        {"subnet": "10.1.0.0/24"},
        {"subnet": "10.2.0.0/24"},
    ]
