"""``verify`` and ``validate``: the commands that judge trees of manifests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import be_quiet, deliver, say, show
from compose2qt.diagnostic import Collector, InputError

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


def verify(
    files: options.Files = None,
    file: options.FileOption = None,
    manifests: Annotated[str, typer.Option("--manifests", help="The folder of manifests to compare with.")] = "out",
    mapping: options.Mapping = None,
    profile: options.Profiles = None,
    env_file: options.EnvFiles = None,
    project_directory: options.ProjectDirectory = None,
    project_name: options.ProjectName = None,
    env: options.Env = None,
    env_from_shell: options.EnvFromShell = False,
    quiet: options.Quiet = False,
) -> int:
    """Compare what each container is given: by Docker from the Compose file, by Kubernetes from the manifests."""
    from compose2qt.api import pinned
    from compose2qt.compose import load
    from compose2qt.verify import render_text
    from compose2qt.verify import verify as compare

    be_quiet(quiet)
    spec = None
    if mapping is not None:
        from compose2qt.mapping.spec import load_spec

        spec = load_spec(Path(mapping), mapping, Collector())
    chosen = options.load_options(
        [*(file or []), *(files or [])],
        profiles=profile,
        env_files=env_file,
        project_directory=project_directory,
        project_name=project_name,
        env=env,
        env_from_shell=env_from_shell,
    )
    collector = Collector()
    made = compare(load(pinned(chosen, spec), collector), _tree(manifests))
    show(collector)
    deliver(render_text(made), None)
    return 1 if made.different else 0
