"""``compose2qt diff``: what changes between two trees of manifests, and what that does to a running system."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli.streams import deliver, say
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from compose2qt.manifests import Tree

FORMATS = ("text", "markdown", "json")


def diff(
    old: Annotated[str, typer.Argument(metavar="[OLD]")],
    new: Annotated[str | None, typer.Argument(metavar="NEW", show_default=False)] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="GIT_REF", help="Compare with the tree as it is in this commit.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="How to print it.")] = "text",
    output: Annotated[str | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 if anything changes.")] = False,
) -> int:
    """Say what changes between two trees of manifests, and what that does to a running system.

    Two trees are compared, or, with --against, one tree with itself in another commit.
    """
    from compose2qt.diff import as_data, render_markdown, render_text
    from compose2qt.diff import diff as compare
    from compose2qt.manifests.rendering import rendered
    from compose2qt.source.json_text import json_text

    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    if (new is None) == (against is None):
        raise InputError.of("two-trees", "diff compares two trees", fix="name OLD and NEW, or one tree and --against GIT_REF")
    before, after = (_tree(old), _tree(new)) if new else (_tree_in_git(old, against or ""), _tree(old))
    changes = compare(before, after)
    texts = {
        "text": lambda: render_text(changes),
        "markdown": lambda: render_markdown(changes),
        "json": lambda: json_text(as_data(changes)),
    }
    for what, span in rendered(after).unfollowed:
        say(f"{span}: {what}: what it does is not compared here, but in the output of `kubectl kustomize`")
    deliver(texts[format_](), output)
    return 1 if exit_code and changes else 0


def _tree(path: str) -> Tree:
    from compose2qt.manifests import read_tree

    if not Path(path).exists():
        raise InputError.of("manifests-missing", f"{path} does not exist", fix="name a folder or file of manifests")
    return read_tree(Path(path), path, with_bases=True)


def _tree_in_git(path: str, reference: str) -> Tree:
    """The tree at ``path`` as the commit ``reference`` has it; empty if the commit has no such path."""
    from compose2qt.manifests import parse_tree

    folder = Path(path)
    if not folder.is_dir():
        raise InputError.of("manifests-missing", f"{path} is not a folder", fix="name the folder of a tree")
    if reference.startswith("-"):
        raise InputError.of("unknown-commit", f"{reference} is not a commit", fix="name a branch, a tag or a commit")
    made = _git(folder, "archive", "--format=tar", reference)  # inside a folder it gives that folder alone
    if made.returncode:
        if _git(folder, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}").returncode == 0:
            return parse_tree({})
        raise InputError.of("unknown-commit", f"{reference} is not a commit of this repository", fix="name a branch or commit")
    return parse_tree(_texts(made.stdout))


def _git(folder: Path, *arguments: str) -> CompletedProcess[bytes]:
    import subprocess

    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, timeout=60)  # noqa: S603, S607 - the user's own git
    except (OSError, subprocess.TimeoutExpired):
        raise InputError.of("no-git", "git cannot be run", fix="install git, or name two trees") from None


def _is_read(name: str) -> bool:
    return name.endswith((".yaml", ".yml", ".json")) or name.rpartition("/")[2] == "Kustomization"


def _texts(archive: bytes) -> dict[str, str]:
    import tarfile
    from io import BytesIO

    found: dict[str, str] = {}
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() and _is_read(member.name) else None
            if content is not None:
                found[member.name] = content.read().decode("utf-8", "replace")
    return found
