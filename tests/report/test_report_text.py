"""What people read: the terminal and the pull-request comment."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from compose2qt.report import render_markdown, render_sarif, render_text
from compose2qt.report.markdown import LIMIT
from compose2qt.source import Span
from compose2qt.workload import Entry, Leaf, Ledger, Outcome
from reports import HOSTILE, giant, hostile, small

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("name", "render"), [("small.txt", render_text), ("small.md", render_markdown)])
def test_small_report_is_the_golden_one(name: str, render: object, request: pytest.FixtureRequest) -> None:
    assert callable(render)
    made = render(small())
    path = GOLDEN / name
    if request.config.getoption("--update-golden"):
        path.write_text(made, encoding="utf-8", newline="\n")
    assert made == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    assert all(len(line) <= width for line in render_text(small(), width).splitlines())


def test_text_says_which_stated_number_is_wrong_with_its_arithmetic() -> None:
    made = render_text(small())
    assert "1 of 2 are wrong" in made
    assert "2 × 250m = 500m, not 300m (stated at mapping.yaml:4)" in made  # noqa: RUF001 - the sign that people read


def test_colours_only_if_asked() -> None:
    assert "\x1b[" in render_text(small(), color=True)
    assert "\x1b" not in render_text(small())


def test_hostile_text_reaches_no_terminal() -> None:
    made = render_text(hostile(), width=400)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", made)


def test_hostile_text_forms_no_markup() -> None:
    made = re.sub(r"(?<!\\)`[^`\n]*`", "code", render_markdown(hostile()))  # nothing in a code span is markup
    assert "<script>" not in made
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", made)
    assert not re.search(r"(?<!\\)\]\(http", made)
    assert not re.search(r"(?<!\\)@team", made)
    assert not re.search(r"^# h", made, re.MULTILINE)
    rows = [line for line in made.splitlines() if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in (4, 5, 6, 7) for row in rows), "a cell ends a row"


def test_a_comment_never_exceeds_its_limit_and_says_so() -> None:
    made = render_markdown(giant())
    assert len(made) <= LIMIT
    assert "Cut here" in made
    assert made.count("<details") == made.count("</details>")
    assert made.index("## giant") == 0
    assert made.index("ask for") < made.index("<details")


@pytest.mark.parametrize("limit", [400, 1000, 3000, 10_000])
def test_any_limit_holds(limit: int) -> None:
    made = render_markdown(giant(50), limit)
    assert len(made) <= limit
    assert made.count("<details") == made.count("</details>")


def test_a_small_report_is_whole() -> None:
    made = render_markdown(small())
    assert "Cut here" not in made
    assert made.count("| MIG001") == 1


def test_a_report_of_manifests_tells_no_ledger() -> None:
    made = render_text(replace(small(), ledger=None))
    assert "Ledger" not in made


def test_paths_are_shown_as_the_report_names_them() -> None:
    named = replace(small(), relative=lambda file: f"deploy/{file}")
    for render in (render_text, render_markdown):
        assert "deploy/docker-compose.yml:3" in re.sub(r"\n +", "", render(named))


def test_hostile_is_hostile() -> None:
    assert {"\x1b", "|", "`", "<", "\n", "\x00", "\u202e"} <= set(HOSTILE)


def test_what_the_mapping_decides_is_told_in_every_format() -> None:
    leaves = [
        Leaf(("services", name, "command"), Span("docker-compose.yml", line, 5)) for name, line in (("api", 9), ("web", 12))
    ]
    entries = tuple(Entry(leaf, Outcome.MAPPED, reason="one process manager runs both") for leaf in leaves)
    report = replace(small(), ledger=Ledger(entries))
    assert "docker-compose.yml:9: one process manager runs both (api, web)" in render_text(report, 200)
    assert "| one process manager runs both | api, web |  | 2 |" in render_markdown(report)
    assert json.loads(render_sarif(report))["runs"][0]["properties"]["decisions"][0]["about"] == ["api", "web"]
    assert "Decided by" not in render_text(small())
