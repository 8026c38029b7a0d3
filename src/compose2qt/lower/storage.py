"""The volumes of a pod from the mounts of its container, and the objects behind them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compose2qt.lower.shapes import ClaimUse, ExternalUse, FileUse, MemoryUse, VolumeUse
from compose2qt.workload import (
    Claim,
    ClaimSource,
    Concealed,
    ConfigMap,
    EmptySource,
    MapSource,
    Mount,
    Quantity,
    Secret,
    Traced,
    Volume,
    VolumeSource,
    assumed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.mapping.plan import Plan, TargetPlan

DEFAULT_SIZE = Quantity.parse("1Gi")
READ_WRITE_ONCE = "ReadWriteOnce"


@dataclass(frozen=True, slots=True)
class Storage:
    """What a pod mounts."""

    volumes: tuple[Volume, ...] = ()
    mounts: tuple[Mount, ...] = ()

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of its claims."""
        return tuple(v.source.value.claim for v in self.volumes if isinstance(v.source.value, ClaimSource))


@dataclass(slots=True)
class Shelf:
    """The claims and file maps of all targets, each once."""

    claims: dict[str, Claim] = field(default_factory=dict)
    users: dict[str, list[str]] = field(default_factory=dict)
    config_maps: dict[str, ConfigMap] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)

    def store(self, target: TargetPlan, uses: Iterable[Traced[VolumeUse]], plan: Plan) -> Storage:
        """The volumes and mounts for ``uses``, in their order; one mount a path, the last one wins as in Docker."""
        by_path = {use.value.path.rstrip("/") or "/": use for use in uses}
        volumes: dict[str, Volume] = {}
        mounts: list[Mount] = []
        for path, use in by_path.items():
            volume, mount = self._mounted(target, path, use, plan)
            held = volumes.get(volume.name)
            source = held.source if held else volume.source
            volumes[volume.name] = Volume(
                volume.name, Traced(source.value, source.origins + (use.origins if held else ()), source.note)
            )
            mounts.append(mount)
        return Storage(tuple(volumes.values()), tuple(mounts))

    def _mounted(self, target: TargetPlan, path: str, use: Traced[VolumeUse], plan: Plan) -> tuple[Volume, Mount]:
        value = use.value
        sub_path = value.sub_path
        source: VolumeSource
        match value.source:
            case ClaimUse(claim):
                self._claim(target, claim, use, plan)
                name, source = claim, ClaimSource(claim)
            case MemoryUse(memory, size):
                name = _slug(path)
                source = EmptySource(memory, Quantity.of_bytes(size) if size else None)
            case ExternalUse(external, key, is_secret):
                name, sub_path = _slug(external), posixpath.basename(path)
                source = MapSource(external, is_secret, ((key, sub_path, None),))
            case FileUse() as files:
                name, source = self._files(target, files, use)
                sub_path = _key(files.files[0][0]) if files.single else ""
        volume = Volume(name[:63].strip("-"), Traced(source, use.origins, use.note))
        return volume, Mount(volume.name, Traced(path, use.origins, use.note), value.read_only, sub_path)

    def _claim(self, target: TargetPlan, name: str, use: Traced[VolumeUse], plan: Plan) -> None:
        users = self.users.setdefault(name, [])
        if target.name not in users:
            users.append(target.name)
        if name not in self.claims:
            declared = next((claim for claim in plan.claims if claim.name == name), None)
            size = assumed(DEFAULT_SIZE, "Compose names no size", "assumed: set the size in the mapping")
            mode = assumed(READ_WRITE_ONCE, "one node mounts it")
            self.claims[name] = declared or Claim(name, Traced(size.value, size.origins + use.origins, size.note), mode)

    def _files(self, target: TargetPlan, files: FileUse, use: Traced[VolumeUse]) -> tuple[str, MapSource]:
        """The ConfigMap or Secret of ``files``; one of the same name and content is shared, another gets a number."""
        held = self.secrets if files.is_secret else self.config_maps
        made = _secret(files, use, target) if files.is_secret else _config_map(files, use, target)
        name, count = files.name, 2
        while name in held and not _same(held[name], made):
            name, count = f"{files.name}-{count}", count + 1
        if name not in held:
            if isinstance(made, Secret):
                self.secrets[name] = Secret(name, made.data, labels=made.labels)
            else:
                self.config_maps[name] = ConfigMap(name, made.data, made.binary, labels=made.labels)
        items = tuple(
            (_key(path), _key(path) if files.single else path, 0o755 if executable else files.mode)
            for path, _, executable in files.files
        )
        return name, MapSource(name, files.is_secret, items)

    def finished_claims(self, plan: Plan) -> Iterator[Claim]:
        """Every claim that is used or declared, with the workload that alone uses it as its owner."""
        names = [*self.claims, *(claim.name for claim in plan.claims if claim.name not in self.claims)]
        declared = {claim.name: claim for claim in plan.claims}
        for name in names:
            claim = self.claims.get(name) or declared[name]
            users = self.users.get(name, [])
            owner = users[0] if len(users) == 1 and claim.access_mode.value == READ_WRITE_ONCE else None
            yield Claim(claim.name, claim.size, claim.access_mode, claim.storage_class, claim.owner or owner)

    def shared_by_one_node(self) -> dict[str, list[str]]:
        """Claims that only one node mounts and several targets use, with those targets."""
        return {
            name: users
            for name, users in self.users.items()
            if len(users) > 1 and self.claims[name].access_mode.value == READ_WRITE_ONCE
        }


def _same(held: ConfigMap | Secret, made: ConfigMap | Secret) -> bool:
    def content(one: ConfigMap | Secret) -> list[tuple[str, object]]:
        entries = [(key, traced.value) for key, traced in one.data]
        return [*entries, *((key, traced.value) for key, traced in one.binary)] if isinstance(one, ConfigMap) else [*entries]

    return content(held) == content(made)


def _config_map(files: FileUse, use: Traced[VolumeUse], target: TargetPlan) -> ConfigMap:
    text: list[tuple[str, Traced[str]]] = []
    binary: list[tuple[str, Traced[bytes]]] = []
    for path, data, _ in files.files:
        raw = data if isinstance(data, bytes) else data.reveal().encode()
        try:
            text.append((_key(path), Traced(raw.decode("utf-8"), use.origins)))
        except UnicodeDecodeError:
            binary.append((_key(path), Traced(raw, use.origins)))
    return ConfigMap(files.name, tuple(text), tuple(binary), labels=target.labels)


def _secret(files: FileUse, use: Traced[VolumeUse], target: TargetPlan) -> Secret:
    data: list[tuple[str, Traced[Concealed | None]]] = []
    for path, content, _ in files.files:
        value = content if isinstance(content, Concealed) else Concealed(content.decode("utf-8", "replace"))
        data.append((_key(path), Traced(value, use.origins)))
    return Secret(files.name, tuple(data), labels=target.labels)


def _key(path: str) -> str:
    """The key of a file: a ConfigMap's keys have no slash."""
    return re.sub(r"[^-._a-zA-Z0-9]", ".", path)[:253]


def _slug(text: str) -> str:
    """A volume's name from a path."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "scratch"
