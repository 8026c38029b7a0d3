"""``compose2qt verify``: do the manifests mean what the Compose file means?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import be_quiet, deliver, show
from compose2qt.diagnostic import InputError, nearest

Match = Annotated[
    list[str] | None,
    typer.Option(
        "--match",
        metavar="SERVICE=WORKLOAD[:CONTAINER]",
        help="The container that runs a service, where names and images do not tell.",
        show_default=False,
    ),
]


def verify(
    files: options.Files = None,
    file: options.FileOption = None,
    manifests: Annotated[str, typer.Option("--manifests", help="The folder of manifests to compare with.")] = "out",
    mapping: options.Mapping = None,
    match: Match = None,
    image_facts: Annotated[
        str | None,
        typer.Option("--image-facts", metavar="FILE", help="What `docker image inspect` prints.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|markdown|json|sarif")] = "text",
    output: Annotated[str | None, typer.Option("-o", "--output", help="A file instead of stdout.", show_default=False)] = None,
    profile: options.Profiles = None,
    env_file: options.EnvFiles = None,
    project_directory: options.ProjectDirectory = None,
    project_name: options.ProjectName = None,
    service: options.Services = None,
    env: options.Env = None,
    env_from_shell: options.EnvFromShell = False,
    k8s_version: options.Kubernetes = None,
    namespace: Annotated[
        str | None,
        typer.Option("-n", "--namespace", help="The namespace of objects that name none.", show_default="default"),
    ] = None,
    network_policy: options.NetworkPolicy = False,
    quiet: options.Quiet = False,
) -> int:
    """Compare what each container is given: by Docker from the Compose file, by Kubernetes from the manifests."""
    from compose2qt import api
    from compose2qt.manifests import read_tree
    from compose2qt.verify import FORMATS, parse_facts

    be_quiet(quiet)
    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
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
    if not Path(manifests).exists():
        raise InputError.of("manifests-missing", f"{manifests} does not exist", fix="name a folder or file of manifests")
    tree = read_tree(Path(manifests), manifests)
    facts = parse_facts(_text(image_facts), image_facts) if image_facts else None
    conversion = options.conversion_options(load, mapping, k8s_version, namespace, network_policy=network_policy)
    made, diagnostics = api.compare(conversion, tree, facts=facts, matches=_matches(match or []))
    show(diagnostics)
    deliver(FORMATS[format_](made), output)
    return 1 if made.different else 0


def _text(path: str) -> str:
    from compose2qt.source import read_text

    return read_text(Path(path), path)


def _matches(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in given:
        service, equals, workload = entry.partition("=")
        if not equals:
            raise InputError.of(
                "bad-match", f"--match {entry}: this is not SERVICE=WORKLOAD", fix="write --match web=Deployment/web"
            )
        found[service] = workload
    return found
