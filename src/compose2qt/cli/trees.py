"""``compose2qt validate``: would an API server take these manifests?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import be_quiet, say, show
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from compose2qt.manifests import Tree


def _tree(path: str) -> Tree:
    from compose2qt.manifests import read_tree

    if not Path(path).exists():
        raise InputError.of("manifests-missing", f"{path} does not exist", fix="name a folder or file of manifests")
    return read_tree(Path(path), path)


def validate(
    paths: Annotated[list[str], typer.Argument(metavar="DIR|FILE...", show_default=False)],
    k8s_version: options.Kubernetes = None,
    quiet: options.Quiet = False,
) -> int:
    """Check manifests against the rules that an API server applies."""
    from compose2qt.api import DEFAULT_VERSION
    from compose2qt.manifests.validate import validate as check

    be_quiet(quiet)
    found = [problem for path in paths for problem in check(_tree(path), k8s_version or DEFAULT_VERSION)]
    show(found)
    say(f"{len(found)} problem{'' if len(found) == 1 else 's'}")
    return 1 if found else 0
