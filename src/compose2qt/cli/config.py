"""``compose2qt config``: the resolved Compose project, as Docker Compose prints it."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import be_quiet, deliver, show
from compose2qt.diagnostic import Collector, InputError, nearest

FORMATS = ("yaml", "json")


def config(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these services.", show_default=False)
    ] = None,
    file: options.FileOption = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="How to print it.")] = "yaml",
    profile: options.Profiles = None,
    env_file: options.EnvFiles = None,
    project_directory: options.ProjectDirectory = None,
    project_name: options.ProjectName = None,
    quiet: options.Quiet = False,
) -> int:
    """Print the resolved Compose project (it holds secrets in clear, as Docker Compose prints them)."""
    from compose2qt.compose import load
    from compose2qt.compose.render import config as rendered

    be_quiet(quiet)
    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    collector = Collector()
    chosen = options.load_options(
        file,
        profiles=profile,
        env_files=env_file,
        project_directory=project_directory,
        project_name=project_name,
        services=services,
        env_from_shell=True,
    )
    project = load(chosen, collector)
    show(collector)
    plain = rendered(project)
    if format_ == "json":
        deliver(json.dumps(plain, indent=2, ensure_ascii=False), None)
    else:
        from compose2qt.emit.writer import write_documents

        deliver(write_documents([plain]), None)
    return os.EX_OK
