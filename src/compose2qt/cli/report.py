"""``compose2qt report``: what it will cost, what is wrong, what was decided."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.fix import mend
from compose2qt.cli.streams import be_quiet, deliver, say, show
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.report import Report

FORMATS = {"text": "txt", "markdown": "md", "json": "json", "sarif": "sarif", "html": "html"}
"""The formats, and how a file of each ends."""


def report(
    files: options.Files = None,
    file: options.FileOption = None,
    manifests: Annotated[str | None, typer.Option("--manifests", help="Report on this folder of manifests instead.")] = None,
    mapping: options.Mapping = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="How to print it.")] = "text",
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Write to this file; to a folder (FOLDER/): every format.")
    ] = None,
    fail_on: options.FailOn = None,
    profile: options.Profiles = None,
    env_file: options.EnvFiles = None,
    project_directory: options.ProjectDirectory = None,
    project_name: options.ProjectName = None,
    service: options.Services = None,
    env: options.Env = None,
    env_from_shell: options.EnvFromShell = False,
    k8s_version: options.Kubernetes = None,
    namespace: options.Namespace = None,
    network_policy: options.NetworkPolicy = False,
    today: Annotated[
        datetime.datetime | None,
        typer.Option("--today", metavar="YYYY-MM-DD", formats=["%Y-%m-%d"], help="The day by which suppressions expire."),
    ] = None,
    nodes: Annotated[
        str | None, typer.Option("--nodes", metavar="3x4cpu8Gi|kind|minikube", help="Check that the pods fit these nodes.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Show the edit of the mapping that repairs what can be repaired.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="With --fix: make the edit.")] = False,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="CODE", help="With --fix: only this rule's findings.", show_default=False),
    ] = None,
    quiet: options.Quiet = False,
) -> int:
    """Print the resource budget, the audit and the ledger; exit 1 if the budget of the mapping is exceeded."""
    from compose2qt import api
    from compose2qt.budget import parse_nodes

    be_quiet(quiet)
    threshold = options.level(fail_on)
    if output is not None and output.endswith((".yml", ".yaml", ".env")):
        raise InputError.of(
            "output-is-no-report", f"-o {output}: no report has this form", fix="name a .txt, .md, .json, .sarif or .html file"
        )
    if (apply or rule) and not fix:
        raise InputError.of("nothing-to-apply", "--apply and --rule are about --fix", fix="add --fix")
    if fix and manifests is not None:
        raise InputError.of(
            "nothing-to-edit",
            "--fix edits the mapping of a Compose project",
            fix="leave out --manifests, and name Compose files",
        )
    day = today.date() if today else None
    machines = parse_nodes(nodes) if nodes else ()
    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    if manifests is not None:
        made = api.report_manifests(manifests, k8s_version, day, machines, mapping)
    else:
        load = options.load_options(
            [*(file or []), *(files or [])],
            profiles=profile,
            env_files=env_file,
            project_directory=project_directory,
            project_name=project_name,
            services=service,
            env=env,
            env_from_shell=env_from_shell,
        )
        chosen = options.conversion_options(load, mapping, k8s_version, namespace, network_policy=network_policy)
        if fix:
            return mend(chosen, day, rule or [], apply=apply)
        conversion = api.convert(chosen)
        show(conversion.diagnostics)
        made = api.report(conversion, day, machines)
    if output is not None and output.endswith("/"):
        for name, suffix in FORMATS.items():
            deliver(_rendered(made, name, output), f"{output}report.{suffix}")
        say(f"{output}: the report as {', '.join(f'report.{suffix}' for suffix in FORMATS.values())}")
    else:
        deliver(_rendered(made, format_, output), output)
    failed = threshold is not None and made.worst is not None and made.worst >= threshold
    return 1 if failed or made.is_over_budget else 0


def _rendered(made: Report, format_: str, output: str | None) -> str:
    if format_ == "text":
        from compose2qt.report import render_text

        terminal = output is None and sys.stdout.isatty()
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        return render_text(made, width, color=terminal and not os.environ.get("NO_COLOR"))
    from importlib import import_module

    render: Callable[[Report], str] = getattr(import_module("compose2qt.report"), f"render_{format_}")
    return render(made)
