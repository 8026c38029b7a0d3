"""Projects of strangers, without a mapping: each ends in a valid tree or in a clear error."""

from __future__ import annotations

import csv
import os
import random
import secrets
from typing import TYPE_CHECKING

import pytest
import yaml

from conftest import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Judge, Run

FULL = os.environ.get("COMPOSE2QT_FULL") == "1"
# One seed for all workers of a run: they share the run's identity.
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(4)
SEED = int(os.environ.get("COMPOSE2QT_SEED", "0")) or int(_RUN[:6], 16)


def projects() -> list[tuple[str, str, bool]]:
    """(folder, file, whether the reference loads it): all of awesome-compose, and a sample of the rest."""
    index = SHARED / "corpus" / "index.tsv"
    if not index.is_file():
        return []
    with index.open() as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["role"] == "base" and not stands_in(row)]
    found = [(row["dir"], row["local_path"], row["docker_compose_config"] == "ok") for row in rows]
    core = [row for row in found if row[0].startswith("docker__awesome-compose")]
    others = [row for row in found if row not in core]
    if FULL:
        return found
    print(f"a sample of the corpus: COMPOSE2QT_SEED={SEED}")
    return core + random.Random(SEED).sample(others, 25)  # noqa: S311 - a sample of test cases


def stands_in(row: dict[str, str]) -> bool:
    """Whether the corpus holds a line in place of the file."""
    return (SHARED / "corpus" / row["dir"] / row["local_path"]).read_bytes().startswith(b"placeholder:")


@pytest.mark.parametrize("number", range(8))
def test_a_project_ends_in_a_valid_tree_or_a_clear_error(
    number: int, run: Run, judge: Judge, shared: Path, tmp_path: Path
) -> None:
    refused: list[str] = []
    for folder, file, loads in projects()[number::8]:
        out = tmp_path / folder / file.replace("/", "_")
        made = run("convert", file, "-o", str(out), "--profile", "*", cwd=shared / "corpus" / folder)
        where = f"{folder}/{file} (COMPOSE2QT_SEED={SEED}): {made.stderr[-2000:]}"
        assert made.returncode in (0, 2), where
        assert "Traceback" not in made.stderr, where
        if made.returncode == 2:
            assert not out.exists(), where
            assert "error:" in made.stderr, where
            refused += [where] if loads else []
            continue
        texts = [path.read_text() for path in out.rglob("*.yaml") if path.name != "kustomization.yaml"]
        objects = [item for text in texts for item in yaml.safe_load_all(text) if item]
        for version in ("1.35", "1.37"):  # the default target, and the newest
            assert judge.refused_by_schema(objects, version) == [], where
        assert judge.refused_by_kubectl("\n---\n".join(texts)) == "", where
        assert "not accounted for" not in made.stderr, where
    assert refused == []
