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
from compose2qt.cli.streams import deliver, say, show
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.budget import Node
    from compose2qt.report import Report

FORMATS = {"text": "txt", "markdown": "md", "json": "json", "sarif": "sarif", "html": "html"}
"""The formats, and how a file of each ends."""


@options.expanded
def report(
    project: options.Project,
    manifests: Annotated[str | None, typer.Option("--manifests", help="Report on this folder of manifests instead.")] = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="How to print it.")] = "text",
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Write to this file; to a folder (FOLDER/): every format.")
    ] = None,
    fail_on: options.FailOn = None,
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
) -> int:
    """Print the resource budget, the audit and the ledger; exit 1 if the budget of the mapping is exceeded."""
    from compose2qt.budget import parse_nodes

    threshold = options.level(fail_on)
    _check_output(output, format_)
    _check_fix(fix=fix, applied=apply or bool(rule), manifests=manifests)
    day, machines = today.date() if today else None, parse_nodes(nodes) if nodes else ()
    if fix:
        return mend(project.options, day, rule or [], apply=apply)
    made = _made(project, manifests, day, machines)
    _deliver(made, format_, output)
    failed = threshold is not None and made.worst is not None and made.worst >= threshold
    return 1 if failed or made.is_over_budget else 0


def _check_output(output: str | None, format_: str) -> None:
    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    if output is not None and output.endswith((".yml", ".yaml", ".env")):
        raise InputError.of(
            "output-is-no-report", f"-o {output}: no report has this form", fix="name a .txt, .md, .json, .sarif or .html file"
        )


def _check_fix(*, fix: bool, applied: bool, manifests: str | None) -> None:
    if applied and not fix:
        raise InputError.of("nothing-to-apply", "--apply and --rule are about --fix", fix="add --fix")
    if fix and manifests is not None:
        raise InputError.of(
            "nothing-to-edit",
            "--fix edits the mapping of a Compose project",
            fix="leave out --manifests, and name Compose files",
        )


def _made(project: options.Project, manifests: str | None, day: datetime.date | None, machines: tuple[Node, ...]) -> Report:
    """The report of the project, or of the tree that takes its place."""
    from compose2qt import api

    if manifests is not None:
        return api.report_manifests(manifests, project.k8s_version, day, machines, project.mapping)
    conversion = api.convert(project.options)
    show(conversion.diagnostics)
    return api.report(conversion, day, machines)


def _deliver(made: Report, format_: str, output: str | None) -> None:
    """To stdout or a file in one format; to a folder in all of them."""
    if output is None or not output.endswith("/"):
        deliver(_rendered(made, format_, output), output)
        return
    for name, suffix in FORMATS.items():
        deliver(_rendered(made, name, output), f"{output}report.{suffix}")
    say(f"{output}: the report as {', '.join(f'report.{suffix}' for suffix in FORMATS.values())}")


def _rendered(made: Report, format_: str, output: str | None) -> str:
    if format_ == "text":
        from compose2qt.report import render_text

        terminal = output is None and sys.stdout.isatty()
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        return render_text(made, width, color=terminal and not os.environ.get("NO_COLOR"))
    from importlib import import_module

    render: Callable[[Report], str] = getattr(import_module("compose2qt.report"), f"render_{format_}")
    return render(made)
