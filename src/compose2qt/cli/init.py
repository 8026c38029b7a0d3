"""``compose2qt init``: a mapping spec to begin with."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import deliver, say, show
from compose2qt.diagnostic import InputError


@options.expanded
def init(
    source: options.Source,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="The file; - prints it.", show_default="compose2qt.yaml beside the Compose file"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> int:
    """Write a mapping spec that decides nothing yet, and shows as comments what is inferred."""
    from compose2qt import api

    load = source.load
    path = output or api.mapping_file(api.Options(load))
    if path != "-" and os.path.lexists(path) and not force:
        raise InputError.of("mapping-exists", f"{path} is there already", fix="write another file with -o, or --force")
    diagnostics, text = api.outline(load, "" if path == "-" else path)
    show(diagnostics)
    deliver(text, path)
    if path != "-":
        say(f"{path}: written; `compose2qt convert` {_with(path, api.mapping_file(api.Options(load)))}")
    return 0


def _with(path: str, default: str) -> str:
    return "reads it by itself" if path == default else f"reads it with -m {path}"
