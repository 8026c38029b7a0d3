"""``compose2qt debug``: the types between stages, as they are, for whoever mends a stage."""

from __future__ import annotations

import pprint
from typing import Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import deliver
from compose2qt.diagnostic import InputError, nearest

STAGES = ("project", "plan", "application", "ledger")


@options.expanded
def debug(
    stage: Annotated[str, typer.Argument(metavar="|".join(STAGES))],
    project: options.Project,
) -> int:
    """Print what a stage made (``project`` shows values in clear)."""
    from compose2qt import api

    if stage not in STAGES:
        raise InputError.of("unknown-stage", f"there is no stage {stage!r}", fix=nearest(stage, STAGES))
    conversion = api.convert(project.options)
    made = {
        "project": conversion.project,
        "plan": conversion.plan,
        "application": conversion.lowered.application,
        "ledger": conversion.ledger,
    }[stage]
    deliver(pprint.pformat(made, width=128, sort_dicts=False), None)
    return 0
