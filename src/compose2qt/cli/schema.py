"""``compose2qt schema``: JSON schemas, for editors and for programs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from compose2qt.cli.streams import deliver
from compose2qt.diagnostic import InputError, nearest

SUBJECTS = ("compose", "mapping", "report")


def schema(subject: Annotated[str, typer.Argument(metavar="|".join(SUBJECTS))]) -> int:
    """Print the JSON schema of Compose files, of the mapping spec or of the JSON report."""
    if subject not in SUBJECTS:
        raise InputError.of("unknown-schema", f"there is no schema of {subject!r}", fix=nearest(subject, SUBJECTS))
    if subject == "compose":
        from compose2qt.compose.schema import compose_schema as made
    elif subject == "mapping":
        from compose2qt.mapping.spec import mapping_schema as made
    else:
        from compose2qt.report import report_schema as made
    deliver(json.dumps(made(), indent=2), None)
    return 0
