"""``compose2qt verify``: do the manifests mean what the Compose file means?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import deliver, show
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


@options.expanded
def verify(
    project: options.Compared,
    manifests: Annotated[str, typer.Option("--manifests", help="The folder of manifests to compare with.")] = "out",
    match: Match = None,
    image_facts: Annotated[
        str | None,
        typer.Option("--image-facts", metavar="FILE", help="What `docker image inspect` prints.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|markdown|json|sarif")] = "text",
    output: Annotated[str | None, typer.Option("-o", "--output", help="A file instead of stdout.", show_default=False)] = None,
) -> int:
    """Compare what each container is given: by Docker from the Compose file, by Kubernetes from the manifests."""
    from compose2qt import api
    from compose2qt.manifests import read_tree
    from compose2qt.verify import FORMATS, parse_facts

    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    if not Path(manifests).exists():
        raise InputError.of("manifests-missing", f"{manifests} does not exist", fix="name a folder or file of manifests")
    tree = read_tree(Path(manifests), manifests)
    facts = parse_facts(_text(image_facts), image_facts) if image_facts else None
    made, diagnostics = api.compare(project.options, tree, facts=facts, matches=_matches(match or []))
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
