"""Whatever Compose file there is, its conversion means the same, or says why not: generated from the table of the language.

Each run has a seed of its own, shown when it fails; COMPOSE2QT_PROOF_SEED sets it, COMPOSE2QT_PROOF_EXAMPLES the number.
"""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from compose2qt.compose import LoadOptions, load
from compose2qt.diagnostic import Collector, InputError
from compose2qt.emit import emit
from compose2qt.lower import document_leaves, lower
from compose2qt.manifests import parse_tree
from compose2qt.mapping.infer import infer
from compose2qt.proof import prove
from compose2qt.source.disk import Disk
from compose2qt.workload import account

sys.path.append(str(Path(__file__).parents[1] / "lower"))
from generated_projects import projects

if TYPE_CHECKING:
    from compose2qt.verify import Result

EXAMPLES = int(os.environ.get("COMPOSE2QT_PROOF_EXAMPLES", "40"))
SEED = int(os.environ.get("COMPOSE2QT_PROOF_SEED") or random.SystemRandom().randrange(2**32))


def unexplained(folder: Path, data: dict[str, Any]) -> tuple[Result, ...]:
    """The differences that nothing explains; none for a project that is refused."""
    (folder / "compose.yaml").write_text(json.dumps(data), encoding="utf-8")
    collector = Collector()
    options = LoadOptions(files=(str(folder / "compose.yaml"),), project_directory=str(folder), project_name="p")
    try:
        project = load(options, collector)
        plan = infer(project)
        lowered = lower(project, plan, Disk(project.directory), collector)
        collector.check()
    except InputError:
        return ()
    rendered = emit(lowered.application)
    ledger = account(document_leaves(project), rendered.fields, lowered.decisions, lowered.losses, lowered.consumed)
    return prove(project, plan, lowered, parse_tree(rendered.files), ledger=ledger).different


def test_nothing_is_unexplained(tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "conf" / "sub").mkdir(parents=True)
    (folder / "conf" / "nginx.conf").write_text("server my_cache:6379;", encoding="utf-8")
    (folder / "conf" / "sub" / "x.bin").write_bytes(b"\xff\0")
    (folder / "app").mkdir()
    (folder / "app" / "Dockerfile").write_text("FROM a AS x\nEXPOSE 8000 53/udp\n", encoding="utf-8")
    print(f"COMPOSE2QT_PROOF_SEED={SEED} COMPOSE2QT_PROOF_EXAMPLES={EXAMPLES}")  # shown when it fails

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(projects())
    def check(data: dict[str, Any]) -> None:
        shown = [(r.service, str(r.aspect), r.item, r.compose, r.kubernetes) for r in unexplained(folder, data)]
        assert not shown

    check()
