"""The 50 small cases with the reference's own answer, by name."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from compose_reference import SHARED, ours

if TYPE_CHECKING:
    from pathlib import Path

CASES = SHARED / "conformance" / "compose"
NAMES = sorted(path.name for path in CASES.iterdir()) if CASES.is_dir() else []
# Bugs of the reference, where we do what is right: docs/reference/compose-compatibility.md.
DIFFERENCES: dict[str, Any] = {
    "29-ipam-merge-quirk": {
        "/networks/n/ipam/config": [
            {"subnet": "10.0.0.0/24", "gateway": "10.0.0.1", "ip_range": "10.0.0.0/25"},
            {"subnet": "10.1.0.0/24"},
            {"subnet": "10.2.0.0/24"},
        ]
    },
    "64-x-in-environment-map": {"/services/a/environment": {"x-flag": "1", "B": "2"}},
}
ACCEPTED = {"73-pid-null-panics"}


@pytest.fixture(name="case")
def _case(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "proj"
    shutil.copytree(CASES / request.param, folder)
    return folder


@pytest.mark.skipif(not NAMES, reason="needs ../shared")
def test_all_cases_are_there() -> None:
    assert len(NAMES) == 50
    assert set(DIFFERENCES) | ACCEPTED <= set(NAMES)


@pytest.mark.parametrize("case", NAMES, indirect=True)
def test_conformance(case: Path, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id
    run = json.loads((case / "run.json").read_text())
    answer = ours(case, *run["args"], env=run["env"])
    if name in ACCEPTED:
        assert answer.project["services"]
    elif (case / "expected.err").exists():
        assert answer.project is None
        assert answer.error
    else:
        expected = json.loads((case / "expected.json").read_text().replace("/W/proj", str(case)))
        for path, value in DIFFERENCES.get(name, {}).items():
            *parents, last = path.strip("/").split("/")
            owner = expected
            for step in parents:
                owner = owner[step]
            owner[last] = value
        assert answer.project == expected
