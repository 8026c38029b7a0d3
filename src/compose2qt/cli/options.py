"""The options that commands share, and what they mean together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.diagnostic import InputError, Severity, nearest

if TYPE_CHECKING:
    from compose2qt.api import Options
    from compose2qt.compose import LoadOptions

Files = Annotated[
    list[str] | None, typer.Argument(metavar="[FILE]...", help="Compose files; the same as -f.", show_default=False)
]
FileOption = Annotated[
    list[str] | None, typer.Option("-f", "--file", help="Compose file; repeat to merge.", show_default=False)
]
Profiles = Annotated[list[str] | None, typer.Option("--profile", help="Activate a profile.", show_default=False)]
EnvFiles = Annotated[
    list[str] | None, typer.Option("--env-file", help="Variables for interpolation; a later file wins.", show_default=False)
]
ProjectDirectory = Annotated[str | None, typer.Option("--project-directory", help="The folder that relative paths start from.")]
ProjectName = Annotated[str | None, typer.Option("-p", "--project-name", help="The project's name.")]
Services = Annotated[
    list[str] | None, typer.Option("--service", help="Only this service and what it depends on.", show_default=False)
]
Env = Annotated[
    list[str] | None,
    typer.Option(
        "--env",
        metavar="NAME[=VALUE]",
        help="A variable for interpolation; NAME alone takes it from the shell.",
        show_default=False,
    ),
]
EnvFromShell = Annotated[bool, typer.Option("--env-from-shell", help="Take variables from the process environment.")]
Mapping = Annotated[
    str | None, typer.Option("-m", "--mapping", help="The mapping spec.", show_default="compose2qt.yaml, if there is one")
]
Kubernetes = Annotated[str | None, typer.Option("--k8s-version", help="The target version, 1.30 to 1.37.", show_default="1.35")]
Namespace = Annotated[str | None, typer.Option("-n", "--namespace", help="The namespace to write.")]
NetworkPolicy = Annotated[
    bool, typer.Option("--network-policy", help="Keep apart by NetworkPolicies what Compose's networks keep apart.")
]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", metavar="error|warning|info", help="Exit 1 on findings at or above this level.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say only errors.")]

VERSIONS = tuple(f"1.{minor}" for minor in range(30, 38))


def load_options(
    files: list[str] | None,
    *,
    profiles: list[str] | None = None,
    env_files: list[str] | None = None,
    project_directory: str | None = None,
    project_name: str | None = None,
    services: list[str] | None = None,
    env: list[str] | None = None,
    env_from_shell: bool = False,
) -> LoadOptions:
    """The loader's options. Variables come from the process only when asked for; ``COMPOSE_*`` settings always do."""
    from compose2qt.compose import LoadOptions

    control = {name: value for name, value in os.environ.items() if name.startswith("COMPOSE_")}
    return LoadOptions(
        files=tuple(files or ()),
        project_directory=project_directory,
        project_name=project_name,
        env_files=tuple(env_files or ()),
        profiles=tuple(profiles or ()),
        services=tuple(services or ()),
        environment={**(_shell() if env_from_shell else {}), **_variables(env or [])},
        control=control,
    )


def _shell() -> dict[str, str]:
    """The variables of the process; like the reference, with a working directory even where no shell has set one."""
    return {"PWD": os.getcwd(), **os.environ}  # noqa: PTH109 - text


def _variables(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if equals:
            found[name] = value
        elif name in os.environ:
            found[name] = os.environ[name]
        else:
            raise InputError.of(
                "variable-unset", f"--env {name}: the shell has no variable of this name", fix=f"write --env {name}=VALUE"
            )
    return found


def conversion_options(
    load: LoadOptions,
    mapping: str | None,
    kubernetes: str | None,
    namespace: str | None,
    *,
    network_policy: bool = False,
) -> Options:
    """The options of a conversion; ``InputError`` for a version that is not supported or a name that is not legal."""
    from compose2qt.api import Options
    from compose2qt.kube.names import is_label

    if kubernetes is not None and kubernetes not in VERSIONS:
        raise InputError.of(
            "unknown-version", f"--k8s-version {kubernetes} is not supported", fix=f"use {VERSIONS[0]} to {VERSIONS[-1]}"
        )
    if namespace is not None and not is_label(namespace):
        raise InputError.of(
            "illegal-name", f"{namespace!r} is not a legal namespace", fix="use lower-case letters, digits and -"
        )
    return Options(load, mapping, kubernetes, namespace, network_policy)


def level(fail_on: str | None) -> Severity | None:
    """The severity that ``--fail-on`` names."""
    if fail_on is None:
        return None
    known = {severity.label: severity for severity in Severity}
    if fail_on not in known:
        raise InputError.of("unknown-level", f"--fail-on {fail_on}: there is no such level", fix=nearest(fail_on, known))
    return known[fail_on]
