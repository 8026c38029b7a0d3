"""The volumes of pods from the mounts of their containers, and the objects behind them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compose2qt.lower.filemaps import FileMaps, joined
from compose2qt.lower.shapes import (
    ClaimUse,
    FileUse,
    FolderUse,
    HostUse,
    ImageUse,
    MemoryUse,
    NfsUse,
    VolumeUse,
)
from compose2qt.workload import (
    Claim,
    ClaimSource,
    EmptySource,
    HostSource,
    ImageSource,
    Mount,
    NfsSource,
    Quantity,
    Traced,
    Volume,
    VolumeSource,
    assumed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.lower.folders import Folders
    from compose2qt.mapping.plan import TargetPlan
    from compose2qt.source import Span
    from compose2qt.workload import Origin

DEFAULT_SIZE = Quantity.parse("1Gi")
READ_WRITE_ONCE = "ReadWriteOnce"


class Storage(Struct, frozen=True):
    """What a container mounts, and the volumes of its pod that it needs."""

    volumes: tuple[Volume, ...] = ()
    mounts: tuple[Mount, ...] = ()
    covered: tuple[Span, ...] = ()
    """Leaves of mounts at whose path another one stands."""

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of its claims."""
        return tuple(v.source.value.claim for v in self.volumes if isinstance(v.source.value, ClaimSource))


class Shelf(Struct):
    """The claims and file maps of all targets, each once."""

    files: FileMaps
    folders: Folders
    rooted: dict[str, str] = field(default_factory=dict)
    """Claims of which only a folder is mounted, by everybody: its name."""
    declared: dict[str, Claim] = field(default_factory=dict)
    """The plan's claims by name."""
    claims: dict[str, Claim] = field(default_factory=dict)
    volumes: dict[str, dict[str, VolumeSource]] = field(default_factory=dict)
    """The sources of each pod's volumes by their names."""
    users: dict[str, list[str]] = field(default_factory=dict)

    def store(self, target: TargetPlan, uses: Iterable[Traced[VolumeUse]], pod: str = "") -> Storage:
        """The volumes and mounts for ``uses``, in their order; one mount a path, the last one wins as in Docker.

        ``pod`` is the workload in whose pods the container runs, if it is not its own.
        """
        volumes: dict[str, Volume] = {}
        mounts: list[Mount] = []
        kept, covered = joined(uses)
        for use in kept:
            volume, mount = self._mounted(target, use, pod or target.name)
            held = volumes.get(volume.name)
            if held is not None:
                source = held.source
                volume = Volume(volume.name, Traced(source.value, source.origins + volume.source.origins, source.note))
            volumes[volume.name] = volume
            mounts.append(mount)
        spans = tuple(origin.span for use in covered for origin in use.origins if origin.span)
        return Storage(tuple(volumes.values()), tuple(mounts), spans)

    def _mounted(self, target: TargetPlan, use: Traced[VolumeUse], pod: str) -> tuple[Volume, Mount]:
        value = use.value
        sub_path, read_only = value.sub_path, value.read_only
        source: VolumeSource
        match value.source:
            case ClaimUse(claim):
                name, source, sub_path = self._claimed(claim, sub_path, use, pod)
            case FolderUse(path):
                claim, below = self.folders.claim(path)
                name, source, sub_path = self._claimed(claim, posixpath.join(below, sub_path), use, pod)
            case MemoryUse(memory, size):
                name = slug(f"{target.name}-{value.path}" if pod != target.name else value.path)
                source = EmptySource(memory, Quantity.of_bytes(size) if size else None)
            case HostUse(path):
                name, source = slug(f"host-{path}"), HostSource(path)
            case NfsUse(server, path):
                name, source = slug(f"nfs-{server}-{path}"), NfsSource(server, path, read_only)
            case ImageUse(reference):
                name, source = slug(f"image-{reference}"), ImageSource(reference)
            case FileUse() as files:
                name, source = self.files.place(files, _of(use, "content"), target.labels)
                sub_path = source.items[0][1] if files.single else sub_path
                read_only = True
        volume = Volume(self._name(name[:60].strip("-"), source, pod), Traced(source, _of(use, "source"), use.note))
        return volume, Mount(volume.name, Traced(value.path, use.origins, use.note), read_only, sub_path)

    def _name(self, name: str, source: VolumeSource, pod: str) -> str:
        """A name of its own for each source of a pod; containers that mount the same source share the volume."""
        held = self.volumes.setdefault(pod, {})
        candidate, count = name, 2
        while candidate in held and held[candidate] != source:
            candidate, count = f"{name}-{count}", count + 1
        held[candidate] = source
        return candidate

    def _claimed(self, name: str, sub_path: str, use: Traced[VolumeUse], pod: str) -> tuple[str, VolumeSource, str]:
        users = self.users.setdefault(name, [])
        if pod not in users:
            users.append(pod)
        if name not in self.claims:
            declared = self.declared.get(name)
            size = assumed(DEFAULT_SIZE, "Compose names no size", "assumed: set the size in the mapping")
            made = declared or Claim(name, size, assumed(READ_WRITE_ONCE, "one node mounts it"))
            self.claims[name] = replace(made, because=made.because + _of(use, "source"))
        inner = posixpath.join(self.rooted.get(name, ""), sub_path).rstrip("/")
        return slug(name), ClaimSource(name), inner.strip("/")

    def is_single(self, name: str) -> bool:
        """Whether only one node mounts the claim ``name``."""
        return self.claims[name].access_mode.value != "ReadWriteMany"

    def finished_claims(self) -> Iterator[Claim]:
        """Every claim that is used or declared, with the workload that alone uses it as its owner."""
        for name, claim in {
            **self.claims,
            **{name: one for name, one in self.declared.items() if name not in self.claims},
        }.items():
            users = self.users.get(name, [])
            owner = users[0] if len(users) == 1 and claim.access_mode.value == READ_WRITE_ONCE else None
            yield replace(claim, owner=claim.owner or owner)

    def on_one_node(self, replicas: dict[str, int]) -> dict[str, list[str]]:
        """Claims that only one node mounts and several pods use, with the workloads of these."""
        return {
            name: users
            for name, users in self.users.items()
            if sum(max(1, replicas.get(user, 1)) for user in users) > 1
            and self.claims[name].access_mode.value == READ_WRITE_ONCE
        }


def _of(use: Traced[VolumeUse], part: str) -> tuple[Origin, ...]:
    """The origins of one part of a use, and those of all of it."""
    return tuple(origin for origin in use.origins if origin.part in ("", part))


def slug(text: str) -> str:
    """A volume's name from a path or an object's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "scratch"
