"""``compose2qt convert``: write the tree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import deliver, say, show
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.api import Conversion

Output = Annotated[
    str | None,
    typer.Option("-o", "--output", help="The tree's folder; - prints one stream.", show_default="the mapping's, or out"),
]


@options.expanded
def convert(
    project: options.Project,
    output: Output = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if the tree on disk differs.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite generated files that were edited since.")] = False,
    write_secrets: Annotated[bool, typer.Option("--write-secrets", help="Also write the real Secrets, git-ignored.")] = False,
    fail_on: options.FailOn = None,
) -> int:
    """Write the Kubernetes manifests of a Compose project."""
    from compose2qt import api

    threshold = options.level(fail_on)
    conversion = api.convert(project.options)
    show(conversion.diagnostics)
    root = _root(conversion, output)
    if root == "-":
        deliver(_stream(conversion), None)
    elif check:
        return _check(conversion, root)
    else:
        _write(conversion, root, force=force, write_secrets=write_secrets)
    worst = max((loss.severity for loss in conversion.ledger.losses), default=None)
    return 1 if threshold is not None and worst is not None and worst >= threshold else 0


def _root(conversion: Conversion, output: str | None) -> str:
    """The tree's folder: one of its own, because a tree around the project would mix its files with those of people."""
    from compose2qt import api

    if output == "":
        raise InputError.of("tree-path", "-o names no folder", fix="name one, or leave the option out")
    root = output or conversion.plan.output or api.DEFAULT_OUTPUT
    folder, project = os.path.realpath(root) if "\0" not in root else "", os.path.realpath(conversion.project.directory)
    if root != "-" and folder and Path(project).is_relative_to(folder):
        raise InputError.of(
            "tree-around-project",
            f"{root} is the project's folder, or lies around it",
            fix="choose a folder below it or beside it with -o",
        )
    return root


def _stream(conversion: Conversion) -> str:
    """Every applied manifest as one stream of documents."""
    texts = [text for path, text in conversion.files.items() if path in conversion.rendered.applied]
    return "---\n".join(texts)


def _check(conversion: Conversion, root: str) -> int:
    from compose2qt.emit.store import compare_tree

    difference = compare_tree(Path(root), conversion.files)
    for word, paths in (
        ("missing", difference.missing),
        ("differs", difference.changed),
        ("no longer generated", difference.stale),
    ):
        for path in paths:
            say(f"{root}/{path}: {word}")
    if difference:
        say(f"{root} is not what the inputs give: run the same command without --check, and commit the result")
        return 1
    say(f"{root} is what the inputs give ({len(conversion.files)} files)")
    for line in _awaited(conversion, Path(root)):
        say(line)
    return 0


def _awaited(conversion: Conversion, root: Path) -> Iterator[str]:
    """What no file of the tree can show: the Secrets that the cluster must hold, with the names of their keys."""
    from compose2qt.emit import secret_files
    from compose2qt.emit.layout import secret_path

    application = conversion.lowered.application
    wanted = secret_files(application)
    for secret in application.secrets:
        path = secret_path(secret)
        lacks = _lacking(root / path, wanted[path]) if (root / path).is_file() else ""
        yield f"  Secret/{secret.name} must hold {', '.join(key for key, _ in secret.data)}{lacks}"


def _write(conversion: Conversion, root: str, *, force: bool, write_secrets: bool) -> None:
    from compose2qt.cli.summary import summary
    from compose2qt.emit import secret_files
    from compose2qt.emit.filled import is_blank
    from compose2qt.emit.store import write_tree

    private = secret_files(conversion.lowered.application) if write_secrets else {}
    result = write_tree(Path(root), conversion.files, force=force, private=private, is_blank=is_blank)
    say(lambda: summary(conversion, root, result, tuple(private)))
    for path in result.kept:
        say(f"kept {root}/{path}, which was filled by hand{_lacking(Path(root) / path, private[path])}")
    for path in _forgotten(conversion, Path(root)):
        say(f"no longer needed: {root}/{path}; remove it, and its Secret from the cluster")


def _lacking(file: Path, wanted: str) -> str:
    """What a Secret on disk must still get, by the names of keys alone."""
    from compose2qt.emit.filled import values
    from compose2qt.emit.kinds.secret import PLACEHOLDER

    held, known = values(file.read_text(encoding="utf-8", errors="replace")), values(wanted)
    missing = [key for key in known if key not in held]
    empty = [key for key in known if held.get(key) == PLACEHOLDER]
    others = [key for key, value in known.items() if key in held and held[key] != value and key not in empty]
    told = [f"add {', '.join(missing)}"] if missing else []
    told += [f"{PLACEHOLDER} still stands for {', '.join(empty)}: fill it in before you apply it"] if empty else []
    told += [f"it holds other values than the Compose project for {', '.join(others)}"] if others else []
    return f": {'; '.join(told)}" if told else ""


def _forgotten(conversion: Conversion, root: Path) -> Iterator[str]:
    """Files of Secrets with their values that no workload reads any more."""
    from compose2qt.emit.layout import SECRETS, secret_path

    known = {*conversion.files, *(secret_path(secret) for secret in conversion.lowered.application.secrets)}
    for file in sorted((root / SECRETS).glob("*.yaml")):
        path = f"{SECRETS}/{file.name}"
        if path not in known:
            yield path
