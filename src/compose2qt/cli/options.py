"""The options that commands share, and what they mean together."""

from __future__ import annotations

import functools
import inspect
import os
from typing import TYPE_CHECKING, Annotated, get_type_hints

import typer
from msgspec import Struct

from compose2qt.cli.streams import be_quiet
from compose2qt.diagnostic import InputError, Severity, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


class Loading(Struct, frozen=True):
    """What every command that reads a Compose project is told of it; each field is an option."""

    file: FileOption = None
    profile: Profiles = None
    env_file: EnvFiles = None
    project_directory: ProjectDirectory = None
    project_name: ProjectName = None
    env: Env = None
    quiet: Quiet = False

    def loaded(self, files: Sequence[str], services: Sequence[str], *, env_from_shell: bool) -> LoadOptions:
        """The loader's options. Variables come from the process only when asked for; ``COMPOSE_*`` settings always do."""
        from compose2qt.compose import LoadOptions

        control = {name: value for name, value in os.environ.items() if name.startswith("COMPOSE_")}
        return LoadOptions(
            files=tuple(files),
            project_directory=self.project_directory,
            project_name=self.project_name,
            env_files=tuple(self.env_file or ()),
            profiles=tuple(self.profile or ()),
            services=tuple(services),
            environment={**(_shell() if env_from_shell else {}), **_variables(self.env or [])},
            control=control,
        )


class Source(Loading, frozen=True):
    """A Compose project whose files may stand without ``-f``, too."""

    files: Files = None
    service: Services = None
    env_from_shell: EnvFromShell = False

    @property
    def load(self) -> LoadOptions:
        """The loader's options."""
        return self.loaded([*(self.file or ()), *(self.files or ())], self.service or (), env_from_shell=self.env_from_shell)


class Project(Source, frozen=True):
    """A Compose project that is converted."""

    mapping: Mapping = None
    k8s_version: Kubernetes = None
    namespace: Namespace = None
    network_policy: NetworkPolicy = False

    @property
    def options(self) -> Options:
        """The options of a conversion; ``InputError`` for a version that is not supported or a name that is not legal."""
        from compose2qt.api import Options
        from compose2qt.kube.names import is_label

        load, version, namespace = self.load, self.k8s_version, self.namespace
        if version is not None and version not in VERSIONS:
            raise InputError.of(
                "unknown-version", f"--k8s-version {version} is not supported", fix=f"use {VERSIONS[0]} to {VERSIONS[-1]}"
            )
        if namespace is not None and not is_label(namespace):
            raise InputError.of(
                "illegal-name", f"{namespace!r} is not a legal namespace", fix="use lower-case letters, digits and -"
            )
        return Options(load, self.mapping, version, namespace, self.network_policy)


class Compared(Project, frozen=True):
    """A Compose project that is held against manifests."""

    namespace: Annotated[
        str | None, typer.Option("-n", "--namespace", help="The namespace of objects that name none.", show_default="default")
    ] = None


def expanded(command: Callable[..., int]) -> Callable[..., int]:
    """``command`` for typer: in the place of its parameter of one of these records stand the record's fields."""
    hints = get_type_hints(command, include_extras=True)
    parameters = [one.replace(annotation=hints[one.name]) for one in inspect.signature(command).parameters.values()]
    place = next(index for index, one in enumerate(parameters) if _is_record(one.annotation))
    name, record = parameters[place].name, parameters[place].annotation
    types = get_type_hints(record, include_extras=True)
    fields = [
        inspect.Parameter(field, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=types[field])
        for field, default in zip(record.__struct_fields__, record.__struct_defaults__, strict=True)
    ]

    @functools.wraps(command)
    def run(**given: object) -> int:
        told = record(**{field: given.pop(field) for field in types})
        be_quiet(told.quiet)
        return command(**{name: told, **given})

    shown = [*parameters[:place], *fields, *parameters[place + 1 :]]
    run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # this is where typer finds its options
    run.__annotations__ = {one.name: one.annotation for one in shown}
    return run


def _is_record(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Loading)


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


def level(fail_on: str | None) -> Severity | None:
    """The severity that ``--fail-on`` names."""
    if fail_on is None:
        return None
    known = {severity.label: severity for severity in Severity}
    if fail_on not in known:
        raise InputError.of("unknown-level", f"--fail-on {fail_on}: there is no such level", fix=nearest(fail_on, known))
    return known[fail_on]
