"""``compose2qt verify``: do the manifests mean what the Compose file means?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli import options
from compose2qt.cli.streams import deliver, say, show
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from compose2qt.manifests import Tree

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
    manifests: Annotated[
        str, typer.Option("--manifests", help="The folder or file of manifests to compare with; - is stdin.")
    ] = "out",
    match: Match = None,
    image_facts: Annotated[
        str | None,
        typer.Option("--image-facts", metavar="FILE", help="What `docker image inspect` prints.", show_default=False),
    ] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|markdown|json|sarif")] = "text",
    output: Annotated[str | None, typer.Option("-o", "--output", help="A file instead of stdout.", show_default=False)] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="different|unknown", help="Exit 1 also where the answer is unknown.")
    ] = "different",
    accepted: Annotated[
        str | None,
        typer.Option("--accept", metavar="FILE", help="An earlier JSON answer: what it tells may stand.", show_default=False),
    ] = None,
) -> int:
    """Compare what each container is given: by Docker from the Compose file, by Kubernetes from the manifests."""
    from compose2qt import api
    from compose2qt.manifests.references import awaited
    from compose2qt.verify import FORMATS, accept, parse_accepted, parse_facts, summary

    if format_ not in FORMATS:
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    if fail_on not in _LEVELS:
        raise InputError.of("unknown-level", f"--fail-on {fail_on}: there is no such outcome", fix=nearest(fail_on, _LEVELS))
    _refuse_folders(project.options.load.files)
    tree = _tree(manifests)
    facts = parse_facts(_text(image_facts), image_facts) if image_facts else None
    made, diagnostics = api.compare(project.options, tree, facts=facts, matches=_matches(match or []))
    if accepted:
        known = parse_accepted(_text(accepted), accepted)
        made, before = accept(made, known, accepted), made
        if gone := len(known) - (len(made.explained) - len(before.explained)):
            say(f"{accepted} accepts {gone} that are not there any more: write it again")
    show(diagnostics)
    for name, keys in awaited(tree).items():
        say(f"not in the tree: Secret/{name}, which must hold {', '.join(keys)}")
    deliver(FORMATS[format_](made), output)
    if output not in (None, "-"):
        say(lambda: summary(made))
    return 1 if made.different or (fail_on == "unknown" and made.unknown) else 0


_LEVELS = ("different", "unknown")


def _refuse_folders(files: tuple[str, ...]) -> None:
    for path in files:
        if Path(path).is_dir():
            raise InputError.of("compose-is-folder", f"{path} is a folder, not a Compose file", fix=f"write --manifests {path}")


def _tree(manifests: str) -> Tree:
    from compose2qt.manifests import read_tree

    path, shown = (Path("/dev/stdin"), "stdin") if manifests == "-" else (Path(manifests), manifests)
    if not path.exists():
        raise InputError.of("manifests-missing", f"{shown} does not exist", fix="write --manifests with a folder or file")
    return read_tree(path, shown, with_bases=True)


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
