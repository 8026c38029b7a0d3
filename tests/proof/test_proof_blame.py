"""A value of the input that Kubernetes refuses is told at its place in the input; exit 2, not a bug of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

COMPOSE = {
    "image": ('services:\n  web:\n    image: "two words"\n', "compose.yaml:3:12", "has spaces"),
    "interval": (
        "services:\n  web:\n    image: a\n    healthcheck: {test: [CMD, 'true'], interval: 999999h}\n",
        "compose.yaml:4:",
        "periodSeconds",
    ),
    "mount": (
        "services:\n  web:\n    image: a\n    volumes: [{type: volume, source: d, target: /a, volume: {subpath: ../b}}]\n"
        "volumes: {d: }\n",
        "compose.yaml:4:",
        "subPath",
    ),
    "zone": (
        "services:\n  web:\n    image: a\njobs:\n  j:\n    image: a\n"
        "    triggers: {schedule: [{cron: '@daily', timezone: Mars/X}]}\n",
        "compose.yaml:7:",
        "timeZone",
    ),
    "server": (
        "services:\n  web:\n    image: a\n    volumes: ['dd:/d']\n"
        "volumes: {dd: {driver_opts: {type: nfs, o: addr=, device: ':/x'}}}\n",
        "compose.yaml:",
        "nfs",
    ),
    "user": ("services:\n  web:\n    image: a\n    user: '4294967295'\n", "compose.yaml:4:11", "runAsUser"),
    "attempts": ("services:\n  web:\n    image: a\n    restart: on-failure:99999999999\n", "compose.yaml:4:14", "backoffLimit"),
    "annotations": (
        f"services:\n  web:\n    image: a\n    annotations:\n      a: x\n      b: {'x' * 270_000}\n",
        "compose.yaml:6:10",
        "annotations",
    ),
    "variable": (
        f"services:\n  web:\n    image: a\n    environment:\n      A: x\n      B: {'x' * 1_100_000}\n",
        "compose.yaml:6:10",
        "1,100,",
    ),
}


@pytest.mark.parametrize("name", COMPOSE)
def test_a_refused_value_of_a_compose_file(name: str, run: Run, tmp_path: Path) -> None:
    text, place, what = COMPOSE[name]
    (tmp_path / "compose.yaml").write_text(text)
    made = run("convert", cwd=tmp_path)
    assert made.returncode == 2, made.stderr
    assert place in made.stderr
    assert what in made.stderr
    assert "fix:" in made.stderr
    assert not (tmp_path / "out").exists()


def test_a_refused_value_of_a_mapping(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: a\n")
    (tmp_path / "compose2qt.yaml").write_text("version: 1\ntargets:\n  web:\n    image: 'two words'\n")
    made = run("convert", cwd=tmp_path)
    assert made.returncode == 2, made.stderr
    assert "compose2qt.yaml:4:" in made.stderr
    assert "not an image" in made.stderr


def test_infinite_numbers_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    image: a\n    cpu_shares: .inf\n")
    made = run("convert", cwd=tmp_path)
    assert made.returncode == 2, made.stderr
    assert "compose.yaml:4:" in made.stderr
