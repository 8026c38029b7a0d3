"""Which files to read, which variables apply, what the project is called. Source: reference, section 2.0."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.compose.dotenv import read_env
from compose2qt.compose.files import shown_path
from compose2qt.diagnostic import InputError
from compose2qt.source import read_text

if TYPE_CHECKING:
    from compose2qt.compose.project import LoadOptions
    from compose2qt.diagnostic import Collector

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml")
STDIN = "-"
_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))


class Settings(Struct, frozen=True):
    """What is decided before any file is parsed."""

    files: tuple[str, ...]
    directory: Path
    """The project folder, absolute."""
    variables: dict[str, str]
    """For interpolation: the given ones win over those of env files."""
    profiles: tuple[str, ...]
    name: str | None
    """The project's name if options give it."""


def discover(options: LoadOptions, collector: Collector) -> Settings:
    """Find the files and variables of a project; ``InputError`` if there is no Compose file."""
    start = options.project_directory or (_folder(options.files[0]) if options.files else ".")
    first = _env_variables(options, Path(start), collector)
    promoted = {name: value for name, value in first.items() if name.startswith("COMPOSE_")}
    control = {**promoted, **options.control}
    is_disabled = not _named(options) and _is_disabled(control)
    if is_disabled:  # perhaps by the env file itself: of its variables only the settings count
        first = promoted
    files = options.files or _from_control(control) or _defaults(options)
    directory = Path(os.path.abspath(options.project_directory or _folder(files[0])))  # noqa: PTH100 - as Compose: links are kept
    if directory.exists() and not directory.is_dir():
        raise InputError.of("not-a-folder", f"the project directory {directory.name} is no folder", fix="name a folder")
    # The env file of the working directory is read first and wins over that of the project.
    is_same = directory == Path(os.path.abspath(start))  # noqa: PTH100 - as Compose: links are kept
    second = {} if is_same or is_disabled else _env_variables(options, directory, collector)
    variables = {**second, **first, **options.environment}
    control = {**variables, **control}
    named = control.get("COMPOSE_PROFILES", "").split(",")
    profiles = options.profiles or tuple(name.strip() for name in named if name.strip())
    name = options.project_name or control.get("COMPOSE_PROJECT_NAME") or None
    if name is not None and name != normalized(name):
        collector.error(
            "illegal-project-name",
            f"the project name {name[:60]!r} is not legal",
            None,
            f"use {normalized(name) or 'a lower-case name'!r}",
        )
    return Settings(files, directory, variables, profiles, name)


def project_folder(options: LoadOptions) -> str:
    """The folder of the project, shown relative: as given, else that of its first file, also where it is found above."""
    if options.project_directory is not None:
        return options.project_directory
    try:
        files = options.files or _from_control(options.control) or _defaults(options)
    except InputError:  # told when the project is loaded
        return "."
    return _folder(files[0])


def _folder(file: str) -> str:
    return "." if file == STDIN else os.fspath(Path(file).parent)


def normalized(name: str) -> str:
    """A project name as Compose makes it: lower case, ``[a-z0-9_-]``, not beginning with ``_`` or ``-``."""
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")


def _from_control(control: dict[str, str]) -> tuple[str, ...]:
    separator = control.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    files = tuple(control["COMPOSE_FILE"].split(separator)) if "COMPOSE_FILE" in control else ()
    if "" in files:
        raise InputError.of("no-compose-file", "COMPOSE_FILE names an empty path", fix="unset it, or remove the separator")
    return files


def _defaults(options: LoadOptions) -> tuple[str, ...]:
    start = Path(options.project_directory or ".")
    for folder in _upwards(start):
        found = next((folder / name for name in NAMES if (folder / name).is_file()), None)
        if found is not None:
            override = next((folder / name for name in OVERRIDES if (folder / name).is_file()), None)
            return tuple(os.fspath(path) for path in (found, override) if path is not None)
    raise InputError.of(
        "no-compose-file",
        f"there is no Compose file here or above: none of {', '.join(NAMES)}",
        fix="name one with -f FILE, or go to its folder",
    )


def _upwards(start: Path) -> list[Path]:
    """``start`` and the folders above it, shown relative where possible."""
    absolute = Path(os.path.abspath(start))  # noqa: PTH100 - as Compose: links are kept
    above = [Path(os.path.relpath(parent)) for parent in absolute.parents]
    return [start, *above]


def _named(options: LoadOptions) -> tuple[str, ...]:
    """The env files that are given by name."""
    return options.env_files or tuple(part for part in options.control.get("COMPOSE_ENV_FILES", "").split(",") if part)


def _is_disabled(control: dict[str, str]) -> bool:
    written = control.get("COMPOSE_DISABLE_ENV_FILE")
    if written is not None and written not in _TRUE | _FALSE:
        raise InputError.of(
            "wrong-type", "COMPOSE_DISABLE_ENV_FILE must be true or false", fix="write true, false, or unset it"
        )
    return written in _TRUE


def _env_variables(options: LoadOptions, directory: Path, collector: Collector) -> dict[str, str]:
    if named := _named(options):
        paths = [Path(name) for name in named]
    elif _is_disabled(options.control):
        return {}
    else:
        paths = [path for path in (directory / ".env",) if path.is_file()]
    found: dict[str, str] = {}
    for path in paths:
        shown = shown_path(path)
        entries = read_env(read_text(path, shown), shown, options.environment, collector, found)
        found.update({key: str(scalar.value) for key, scalar in entries.items()})
    return found
