"""The run-time contract of a container: facts by aspect and item, whichever engine gives them."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.source import Span


class Aspect(enum.StrEnum):
    """What a fact is about."""

    WORKLOAD = "workload"
    IMAGE = "image"
    ARGV = "argv"
    ENVIRONMENT = "environment"
    DIRECTORY = "working-dir"
    USER = "user"
    MOUNTS = "mounts"
    SHARING = "sharing"
    NAMES = "names"
    REACH = "reach"
    OUTSIDE = "outside"
    RESOLVER = "resolver"
    HEALTH = "health"
    RESOURCES = "resources"
    STOP = "stop"
    RESTART = "restart"
    START = "start"
    SECURITY = "security"
    NAMESPACES = "namespaces"
    SCALE = "scale"
    TERMINAL = "terminal"
    SURROUNDINGS = "surroundings"


class OfImage(NamedTuple):
    """What the image itself says: ``field`` as ``docker image inspect`` calls it."""

    field: str

    def __str__(self) -> str:
        return f"the image's {self.field}"


class Argv(NamedTuple):
    """An argument vector; parts of it may be the image's."""

    words: tuple[str | OfImage, ...]

    @property
    def is_of_image(self) -> bool:
        """Whether a part of it is the image's."""
        return any(isinstance(word, OfImage) for word in self.words)

    def __str__(self) -> str:
        return " ".join(
            f"<{word}>" if isinstance(word, OfImage) else json.dumps(word, ensure_ascii=False) for word in self.words
        )


class Answers(NamedTuple):
    """On which ports a host name answers: (port, protocol) to the container's port; ``every``: on whatever listens."""

    ports: tuple[tuple[tuple[int, str], int], ...] = ()
    every: bool = False
    also: tuple[str, ...] = ()
    """Further services that answer under the same name."""

    def __str__(self) -> str:
        shown = [f"{port}/{protocol}" + (f" -> {to}" if to != port else "") for (port, protocol), to in self.ports]
        what = "every port" if self.every else ", ".join(shown) or "no known port"
        return f"answers on {what}" + (f", together with {', '.join(self.also)}" if self.also else "")


class Folder(NamedTuple):
    """A file or folder of the host that Docker shows in the container; its content is looked at when it is needed."""

    source: str
    shown: str
    read_only: bool
    covered: tuple[str, ...] = ()
    """Paths in it where something else is mounted."""

    def __str__(self) -> str:
        return f"host path {self.shown}, {_access(self.read_only)}"


class Files(NamedTuple):
    """Files with known content at and below a path: (relative path, content, executable); ``""`` is the path itself."""

    files: tuple[tuple[str, str | bytes, bool], ...]
    read_only: bool = True
    origin: str = "files"

    def __str__(self) -> str:
        if len(self.files) == 1:
            what = "a folder of one file with its content" if self.files[0][0] else "a file with its content"
        else:
            what = f"{len(self.files)} files with their content"
        return f"{what}, {_access(self.read_only)}"


def _access(read_only: bool) -> str:
    return "read-only" if read_only else "read-write"


Value: TypeAlias = "str | Argv | Answers | Folder | Files | OfImage | None"
ABSENT = "absent"


class Place(NamedTuple):
    """A folder of some storage: of a volume, a claim, or the host. What lies inside another is seen there too."""

    root: str
    inside: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: str, path: str = "") -> Place:
        """The folder ``path`` of ``root``."""
        return cls(root, tuple(part for part in path.split("/") if part not in ("", ".")))


class Fact(NamedTuple):
    """One statement about a container. None of a value is what holds where nobody states anything."""

    aspect: Aspect
    item: str
    value: Value
    span: Span | None = None
    secret: bool = False


Key: TypeAlias = tuple[Aspect, str]


class Contract(Struct):
    """The facts of one container."""

    facts: dict[Key, Fact] = field(default_factory=dict)
    span: Span | None = None
    """Where the container is declared: the place of a fact that nobody states."""

    def add(self, facts: Iterable[Fact]) -> None:
        """Take ``facts``; a later one about the same item wins."""
        for fact in facts:
            self.facts[fact.aspect, fact.item] = fact


def text_of(value: Value) -> str:
    """``value`` as explanations compare it and as people read it."""
    return ABSENT if value is None else str(value)
