"""What Docker mounts into each container, and which containers see the same storage."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from compose2qt.verify.contract import Aspect, Fact, Files, Folder, Place
from compose2qt.verify.reading import entries, find, is_true, items, number, text, texts
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.source import Mapping as MappingNode
    from compose2qt.source import Node
    from compose2qt.verify.contract import Value

PERSISTENT = "persistent storage"
ANONYMOUS = "an anonymous volume"
HOST = "host"
"""The root of every path of the host."""
READERS, WRITERS, ONLY_ROOT = "readers of", "writers to", "root alone"
"""Of files that are closed to others, and of new claims: it matters where the image says who runs."""
IMAGE_FILES = "at first the image's files"
OUTSIDE = "content of"
SHM = "/dev/shm"  # noqa: S108 - the kernel's path, mounted in every container


class Storage(Struct, frozen=True, dict=True):
    """The mounts of every service by path, and the storage behind them."""

    project: Project
    nodes: Mapping[str, MappingNode]
    mounts: dict[str, dict[str, Fact]]
    stores: dict[str, dict[str, Place]] = field(default_factory=dict)
    """By service and path: the volume or host path that others may share."""
    contexts: dict[str, str] = field(default_factory=dict)
    """By service: the folder that its image is built from."""

    @classmethod
    def of(cls, project: Project, nodes: Mapping[str, MappingNode]) -> Storage:
        """The storage of ``nodes``, the services and jobs of ``project``."""
        made = cls(project, nodes, {})
        for name, own in nodes.items():
            mounts: dict[str, Fact] = {}
            stores: dict[str, Place] = {}
            for node in made._volumes(name, ()):
                made._volume(node, mounts, stores)
            made._others(own, mounts)
            made.mounts[name], made.stores[name] = mounts, stores
            if context := text(own, "build", "context"):
                made.contexts[name] = context
        return made

    def facts(self, service: str) -> Iterator[Fact]:
        """What stands at each path of a service, other than the image's own."""
        yield from self.mounts[service].values()

    def users(self, seats: Mapping[str, str]) -> Users:
        """The containers that see each storage, and where."""
        return users({service: paths for service, paths in self.stores.items() if service in seats}, seats)

    def is_filled(self, path: str) -> bool:
        """Whether a service of the project may write into the folder ``path`` of the host, so that others find files there."""
        return any(path[:index] in self.written for index, letter in enumerate(path) if letter == "/")

    @cached_property
    def written(self) -> frozenset[str]:
        """Folders of the host that services may write into."""
        folders = (fact.value for mounts in self.mounts.values() for fact in mounts.values() if isinstance(fact.value, Folder))
        return frozenset(folder.source.rstrip("/") for folder in folders if not folder.read_only)

    @cached_property
    def holders(self) -> dict[str, set[str]]:
        """By volume: the services that name it, or before whose start something does."""
        found: dict[str, set[str]] = {}
        for service, node in self.nodes.items():
            for name in named_volumes(node):
                found.setdefault(name, set()).add(service)
        return found

    @cached_property
    def seen(self) -> Users:
        """The services that see each storage, and where."""
        return self.users({service: service for service in self.stores})

    def _volumes(self, service: str, seen: tuple[str, ...]) -> Iterator[Node]:
        """The volumes of a service: those of the services that it takes them from come first, its own win."""
        held = self.nodes.get(service)
        if held is None or service in seen:
            return
        for source in texts(held, "volumes_from"):
            other, _, mode = source.partition(":")
            for node in self._volumes(other, (*seen, service)):
                yield _read_only(node) if mode == "ro" else node
        yield from items(held, "volumes")

    def _volume(self, node: Node, mounts: dict[str, Fact], stores: dict[str, Place]) -> None:
        target = _clean(text(node, "target"))
        kind, source, sub_path = self._source(node)
        first = f"{target} {IMAGE_FILES}"
        mounts.pop(first, None)
        stores.pop(target, None)
        value: Value
        match kind:
            case "volume" | "cluster" if source:
                value = _shown(PERSISTENT, _read_only(node) if self._is_read_only(source) else node, sub_path)
                stores[target] = Place.of(f"volume {source}", sub_path)
                if not is_true(node, "volume", "nocopy"):
                    mounts[first] = Fact(Aspect.MOUNTS, first, "yes", node.span)
            case "volume":
                value = _shown(ANONYMOUS, node)
            case "bind":
                value = Folder(source, self.project.relative(source), is_true(node, "read_only"))
                stores[target] = Place.of(HOST, source)
            case "tmpfs":
                size = number(node, "tmpfs", "size") or _size(text(self.project.volumes.get(source), "driver_opts", "o"))
                value = memory(size) + (", read-only" if is_true(node, "read_only") else "")
            case _:
                value = _shown(f"{kind} {source}", node)
        mounts[target] = Fact(Aspect.MOUNTS, target, value, node.span)

    def _is_read_only(self, source: str) -> bool:
        """Whether the options with which the driver mounts a volume forbid writing."""
        return "ro" in text(self.project.volumes.get(source), "driver_opts", "o").split(",")

    def _source(self, node: Node) -> tuple[str, str, str]:
        """Type, source and sub-path of a volume; one of the local driver may be a folder of the host, or memory."""
        kind, source, sub_path = text(node, "type"), text(node, "source"), text(node, "volume", "subpath")
        definition = self.project.volumes.get(source) if kind == "volume" else None
        device = text(definition, "driver_opts", "device")
        if text(definition, "driver") in ("", "local") and device:
            if "bind" in re.split(r"[,\s]", text(definition, "driver_opts", "o")):
                return "bind", posixpath.join(device, sub_path) if sub_path else device, ""
            if text(definition, "driver_opts", "type") == "tmpfs":
                return "tmpfs", source, sub_path
        return kind, source, sub_path

    def _others(self, node: MappingNode, mounts: dict[str, Fact]) -> None:
        for item in items(node, "tmpfs"):
            path, _, options = text(item).partition(":")
            mounts[_clean(path)] = Fact(Aspect.MOUNTS, _clean(path), memory(_size(options)), item.span)
        if (shm := find(node, "shm_size")) is not None:
            mounts[SHM] = Fact(Aspect.MOUNTS, SHM, memory(number(shm)), shm.span)
        for section, folder in (("configs", "/"), ("secrets", "/run/secrets/")):
            for item in items(node, section):
                path = _clean(_target(item, folder))
                definition = getattr(self.project, section).get(text(item, "source"))
                is_secret = section == "secrets"
                mounts[path] = Fact(Aspect.MOUNTS, path, self._content(item, definition), item.span, is_secret)
                mode = text(item, "mode")
                if mode and not int(mode, 8) & 0o004:
                    mounts[f"mode {path}"] = Fact(Aspect.USER, f"{READERS} {path}", ONLY_ROOT, item.span)

    def _content(self, item: Node, definition: MappingNode | None) -> Value:
        if (content := find(definition, "content")) is not None:
            executable = bool(int(text(item, "mode") or "0", 8) & 0o111)
            return Files((("", text(content), executable),))
        if file := text(definition, "file"):
            return Folder(file, self.project.relative(file), read_only=True)
        return outside(text(item, "source"))


class Users(NamedTuple):
    """Who sees a folder of some storage: those that mount it, by folder; those that mount it or a part of it."""

    at: dict[Place, set[str]]
    below: dict[Place, set[str]]


def named_volumes(node: Node) -> Iterator[str]:
    """The volumes of a service, and of what runs before it starts."""
    for owner in (node, *items(node, "pre_start")):
        yield from (text(volume, "source") for volume in items(owner, "volumes") if text(volume, "type") == "volume")


def users(stores: Mapping[str, Mapping[str, Place]], seats: Mapping[str, str]) -> Users:
    """The containers that see each storage, and where."""
    found = Users({}, {})
    for owner, paths in stores.items():
        for path, place in paths.items():
            user = f"{seats.get(owner, owner)} at {path}"
            found.at.setdefault(place, set()).add(user)
            for depth in range(len(place.inside) + 1):
                found.below.setdefault(Place(place.root, place.inside[:depth]), set()).add(user)
    return found


def shared_with(found: Users, place: Place, own: str) -> str:
    """Who sees anything of ``place`` beside ``own``."""
    names = set(found.below[place])
    for depth in range(len(place.inside)):
        names |= found.at.get(Place(place.root, place.inside[:depth]), set())
    return ", ".join(sorted(names - {own})) or "nobody else"


def outside(name: str) -> str:
    """The value of a mounted object whose content nobody here knows."""
    return f"{OUTSIDE} {re.sub(r'[^a-z0-9.]+', '-', name.lower()).strip('-')}, kept outside, read-only"


def memory(size: int | None) -> str:
    """The value of a mount that lives in memory."""
    return f"memory, at most {Quantity.of_bytes(size).binary}" if size else "memory"


def _target(item: Node, folder: str) -> str:
    target = text(item, "target") or text(item, "source")
    return target if target.startswith("/") else folder + target


def _shown(what: str, node: Node, sub_path: str = "") -> str:
    inside = f", folder {sub_path.strip('/')} of it" if sub_path else ""
    return f"{what}{inside}, {'read-only' if is_true(node, 'read_only') else 'read-write'}"


def _clean(path: str) -> str:
    return path.rstrip("/") or "/"


def _size(options: str) -> int | None:
    """``size=64m`` among the options of a tmpfs."""
    from compose2qt.compose.units import byte_count  # noqa: PLC0415 - rare

    for option in options.split(","):
        name, _, value = option.partition("=")
        if name == "size":
            try:
                return byte_count(value)
            except ValueError:
                return None
    return None


def _read_only(node: Node) -> Node:
    from compose2qt.source import Mapping, Scalar  # noqa: PLC0415 - rare

    if not isinstance(node, Mapping):
        return node
    return node.with_entries({**entries(node), "read_only": Scalar(True, node.span)})
