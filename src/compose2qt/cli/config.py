"""``compose2qt config``: the resolved Compose project, as Docker Compose prints it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import replace

from compose2qt.cli import options
from compose2qt.cli.streams import deliver, show
from compose2qt.diagnostic import Collector, InputError, nearest

if TYPE_CHECKING:
    from compose2qt.compose import LoadOptions, Project

FORMATS = ("yaml", "json")


@options.expanded
def config(
    loading: options.Loading,
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]...", help="Only these services.", show_default=False)
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", metavar="|".join(FORMATS), help="How to print it.", show_default="yaml")
    ] = None,
    list_services: Annotated[bool, typer.Option("--services", help="Print the names of the services.")] = False,
    list_profiles: Annotated[bool, typer.Option("--profiles", help="Print the names of the profiles.")] = False,
    list_images: Annotated[bool, typer.Option("--images", help="Print the names of the images.")] = False,
    list_networks: Annotated[bool, typer.Option("--networks", help="Print the names of the networks.")] = False,
    list_volumes: Annotated[bool, typer.Option("--volumes", help="Print the names of the volumes.")] = False,
    list_variables: Annotated[bool, typer.Option("--variables", help="Print the variables that the files use.")] = False,
    no_interpolate: Annotated[bool, typer.Option("--no-interpolate", help="Leave every $ as it is written.")] = False,
) -> int:
    """Print the resolved Compose project (it holds secrets in clear, as Docker Compose prints them)."""
    if format_ not in (None, *FORMATS):
        raise InputError.of("unknown-format", f"--format {format_}: there is no such format", fix=nearest(format_, FORMATS))
    if not loading.file and (named := next((name for name in services or () if name.endswith((".yaml", ".yml"))), None)):
        raise InputError.of("undefined-service", f"{named} is a file, not a service", fix=f"write -f {named}")
    wanted = {
        "services": list_services,
        "profiles": list_profiles,
        "images": list_images,
        "networks": list_networks,
        "volumes": list_volumes,
    }
    only = next((name for name, is_wanted in wanted.items() if is_wanted), None)
    wanted_services = (services or ()) if only in (None, "images", "profiles") else ()
    chosen = replace(loading.loaded(loading.file or (), wanted_services, env_from_shell=True), completes_jobs=False)
    if list_variables:
        deliver(_variables(chosen, format_), None)
    elif no_interpolate and only is None:
        printed = _printed(_model(chosen), format_)
        deliver("" if loading.quiet else printed, None)
    else:
        _project(chosen, only, format_, quiet=loading.quiet)
    return os.EX_OK


def _project(chosen: LoadOptions, only: str | None, format_: str | None, *, quiet: bool) -> None:
    from compose2qt.compose import load
    from compose2qt.compose.render import config as rendered
    from compose2qt.compose.render import names

    collector = Collector()
    project: Project = load(chosen, collector)
    show(collector)
    if only is not None:
        deliver("".join(f"{name}\n" for name in names(project, only)), None)
    elif not quiet:
        deliver(_printed(rendered(project, format_ or "yaml"), format_), None)


def _model(chosen: LoadOptions) -> dict[str, Any]:
    from compose2qt.compose.load import load_model
    from compose2qt.compose.render import model

    name, tree = load_model(chosen, Collector())
    return model(tree, name)


def _variables(chosen: LoadOptions, format_: str | None) -> str:
    from compose2qt.compose.load import used_variables

    found = used_variables(chosen, Collector()).values()
    if format_ is not None:
        rows = {
            one.name: {
                "Name": one.name,
                "DefaultValue": one.default,
                "PresenceValue": one.alternate,
                "Required": one.required,
            }
            for one in found
        }
        return _printed(rows, format_)
    head = ("NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE")
    lines = [head, *((one.name, str(one.required).lower(), one.default, one.alternate) for one in found)]
    widths = [max(20, *(len(line[column]) + 3 for line in lines)) for column in range(3)]
    return "".join(
        "".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + line[3] + "\n" for line in lines
    )


def _printed(plain: dict[str, Any], format_: str | None) -> str:
    if format_ == "json":
        from compose2qt.source.json_text import json_text

        return json_text(plain)
    from compose2qt.emit.writer import write_documents

    return write_documents([plain])
