"""The frozen result of loading: a resolved Compose project whose every value knows its place."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

from compose2qt.source import leaves

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.source import Mapping, Node, Span
    from compose2qt.source import Path as Steps


class LoadOptions(Struct, frozen=True):
    """What the command line and the mapping spec say about the input; paths are relative to the working directory."""

    files: tuple[str, ...] = ()
    """Compose files in merge order, ``-`` for standard input; empty: default discovery."""
    project_directory: str | None = None
    project_name: str | None = None
    unnamed: str = ""
    """What a project is called that nobody names; empty: after its folder, as Docker Compose does."""
    env_files: tuple[str, ...] = ()
    """Replace ``.env`` as the source of variables; a later file wins."""
    profiles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """Select these services with what they depend on; empty: all of the active profiles."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that win over env files in interpolation; ``convert`` leaves the process environment out."""
    control: dict[str, str] = field(default_factory=dict)
    """``COMPOSE_*`` settings of the process: which files, profiles, project name; never interpolated."""
    completes_jobs: bool = True
    """Whether the env files of jobs are read: ``config`` prints their paths, as the reference does."""


class Document(Struct, frozen=True, dict=True):
    """A source document that was read: a Compose file, or an env file that a service names."""

    file: str
    root: Node
    kind: Literal["compose", "env"] = "compose"

    @cached_property
    def leaves(self) -> tuple[tuple[Steps, Node], ...]:
        """Every scalar and every empty collection with its path, in reading order."""
        return tuple(leaves(self.root))


class Service(Struct, frozen=True):
    """A service in canonical form: every short syntax expanded, defaults added.

    ``node["environment"]`` is a mapping with Compose's precedence applied: entries that come from an env file keep
    their place in it; an entry whose value is null is passed through from the shell and was not set there.
    """

    name: str
    node: Mapping


class Project(Struct, frozen=True):
    """A resolved Compose project. Resources are those that the files declare, in their order."""

    name: str
    directory: Path
    services: dict[str, Service]
    disabled: dict[str, Service] = field(default_factory=dict)
    """Services of inactive profiles."""
    networks: dict[str, Mapping] = field(default_factory=dict)
    volumes: dict[str, Mapping] = field(default_factory=dict)
    secrets: dict[str, Mapping] = field(default_factory=dict)
    configs: dict[str, Mapping] = field(default_factory=dict)
    models: dict[str, Mapping] = field(default_factory=dict)
    jobs: dict[str, Mapping] = field(default_factory=dict)
    extensions: dict[str, Node] = field(default_factory=dict)
    """Top-level ``x-*`` entries."""
    documents: tuple[Document, ...] = ()
    """Every source document read, in reading order: the leaves that the ledger accounts for."""
    profiles: tuple[str, ...] = ()
    """The active profiles."""
    all_profiles: tuple[str, ...] = ()
    """Every profile that a service names, sorted."""
    outside: tuple[str, ...] = ()
    """Files that were read outside the project folder."""
    variables: dict[str, str] = field(default_factory=dict)
    """What could be interpolated: ``.env`` or its stand-ins, and what was given."""
    unset: dict[Span, str] = field(default_factory=dict)
    """By the place of a value of a Compose file: a variable in it that is not set, and so is empty."""
    named: bool = False
    """Whether an option, ``COMPOSE_PROJECT_NAME`` or ``name:`` gives the name; else it is that of the project folder."""

    def relative(self, file: str) -> str:
        """``file`` of a span relative to the project folder, with ``/``: the same wherever the program runs."""
        return posixpath.relpath(posixpath.abspath(file), self.directory.absolute().as_posix())
