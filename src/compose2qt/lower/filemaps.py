"""Files with known content as ConfigMaps and Secrets, each content once."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compose2qt.kube.names import is_config_key
from compose2qt.lower.shapes import ClaimUse, FileUse, FolderUse, MemoryUse, VolumeUse
from compose2qt.workload import Concealed, ConfigMap, MapSource, Secret, Traced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.workload import Origin

Labels = tuple[tuple[str, str], ...]

_EXECUTABLE = 0o755
_KEEP = ".keep"


class FileMaps(Struct):
    """The ConfigMaps and Secrets of files; ``reserved`` names are those of the environment's."""

    reserved: frozenset[str] = frozenset()
    config_maps: dict[str, ConfigMap] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    """By path: the name of the map of a file or folder of the project that several workloads mount."""
    common: Labels = ()
    """The labels of shared maps."""

    def place(self, files: FileUse, origins: tuple[Origin, ...], labels: Labels) -> tuple[str, MapSource]:
        """The volume's name and source of ``files``; what has the same name and content is shared, another gets a number."""
        keys = _keys(path for path, _, _ in files.files)
        held: dict[str, ConfigMap | Secret] = {**self.secrets} if files.is_secret else {**self.config_maps}
        wanted, labels = (self.shared[files.source], self.common) if files.source in self.shared else (files.name, labels)
        name, count = wanted, 2
        while name in self.reserved or (name in held and not _same(held[name], files, keys)):
            name, count = f"{wanted}-{count}", count + 1
        if files.is_secret:
            self.secrets[name] = _secret(name, files, keys, origins, labels=labels, held=self.secrets.get(name))
        else:
            self.config_maps[name] = _config_map(name, files, keys, origins, labels=labels, held=self.config_maps.get(name))
        items = tuple(
            (keys[path], keys[path] if files.single else path, _EXECUTABLE if executable else files.mode)
            for path, _, executable in files.files
        )
        return name, MapSource(name, files.is_secret, items)


def _keys(paths: Iterable[str]) -> dict[str, str]:
    """A key for each file: keys have no slash, and two files never share one."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for path in paths:
        key = re.sub(r"[^-._a-zA-Z0-9]", ".", path)[:240]
        key = key if is_config_key(key) else f"file{key.replace('..', '.-')}"
        candidate, count = key, 2
        while candidate in taken:
            candidate, count = f"{key}.{count}", count + 1
        found[path] = candidate
        taken.add(candidate)
    return found


def _raw(content: bytes | Concealed | None) -> bytes:
    if content is None:
        return b""
    return content if isinstance(content, bytes) else content.reveal().encode("utf-8", "surrogateescape")


def _same(held: ConfigMap | Secret, files: FileUse, keys: dict[str, str]) -> bool:
    wanted = {keys[path]: None if content is None else _raw(content) for path, content, _ in files.files}
    if isinstance(held, Secret):
        return {key: None if one.value is None else _raw(one.value) for key, one in held.data} == wanted
    found = {key: one.value.encode("utf-8", "surrogateescape") for key, one in held.data}
    return {**found, **{key: one.value for key, one in held.binary}} == wanted


def _config_map(
    name: str, files: FileUse, keys: dict[str, str], origins: tuple[Origin, ...], *, labels: Labels, held: ConfigMap | None
) -> ConfigMap:
    text: list[tuple[str, Traced[str]]] = []
    binary: list[tuple[str, Traced[bytes]]] = []
    before = (held.data[0][1].origins if held.data else held.binary[0][1].origins) if held else ()
    for path, content, _ in files.files:
        raw = _raw(content)
        try:
            text.append((keys[path], Traced(raw.decode("utf-8"), before + origins)))
        except UnicodeDecodeError:
            binary.append((keys[path], Traced(raw, before + origins)))
    return ConfigMap(name, tuple(text), tuple(binary), labels=held.labels if held else labels)


def _secret(
    name: str, files: FileUse, keys: dict[str, str], origins: tuple[Origin, ...], *, labels: Labels, held: Secret | None
) -> Secret:
    data: list[tuple[str, Traced[Concealed | None]]] = []
    before = held.data[0][1].origins if held else ()
    for path, content, _ in files.files:
        value = content if content is None or isinstance(content, Concealed) else Concealed(content.decode("utf-8", "replace"))
        place = files.source if files.single else f"{files.source}/{path}"
        data.append((keys[path], Traced(value, before + origins, f"the content of {place}" if files.source else "")))
    return Secret(name, tuple(data), labels=held.labels if held else labels)


def joined(uses: Iterable[Traced[VolumeUse]]) -> tuple[list[Traced[VolumeUse]], list[Traced[VolumeUse]]]:
    """One use a path, and those that another one at their path covers.

    Files mounted inside a mounted folder of files become part of it, because that folder is read-only.
    """
    by_path: dict[str, Traced[VolumeUse]] = {}
    covered: list[Traced[VolumeUse]] = []
    for use in uses:
        path = posixpath.normpath(use.value.path)
        held = by_path.get(path)
        origins = held.origins + use.origins if held is not None and held.value == use.value else use.origins
        if held is not None and held.value != use.value:
            covered.append(held)
        by_path[path] = Traced(use.value, origins, use.note)
    folders = [path for path, use in by_path.items() if isinstance(use.value.source, FileUse) and not use.value.source.single]
    for folder in sorted(folders, key=len, reverse=True):
        for path in sorted((one for one in by_path if one.startswith(f"{folder}/")), key=len):
            by_path[folder], is_part = _with(by_path[folder], folder, by_path[path], path)
            if is_part:
                del by_path[path]
    return list(by_path.values()), covered


def _with(outer: Traced[VolumeUse], folder: str, inner: Traced[VolumeUse], path: str) -> tuple[Traced[VolumeUse], bool]:
    """The folder of files with what is mounted inside it: files as files, other mounts as a place for them."""
    files, below = outer.value.source, posixpath.relpath(path, folder)
    if not isinstance(files, FileUse):
        return outer, False
    added: tuple[tuple[str, bytes | Concealed | None, bool], ...]
    source = inner.value.source
    is_part = isinstance(source, FileUse)
    if isinstance(source, FileUse):
        first = source.files[0]
        single = ((below, first[1], first[2]),)
        added = single if source.single else tuple((posixpath.join(below, name), *rest) for name, *rest in source.files)  # type: ignore[misc]  # the rest of a triple
    elif isinstance(source, (ClaimUse, FolderUse, MemoryUse)) and not any(
        name.startswith(f"{below}/") for name, _, _ in files.files
    ):
        added = ((posixpath.join(below, _KEEP), b"", False),)
    else:
        return outer, False
    merged = replace(
        files,
        files=(*(one for one in files.files if not f"{one[0]}/".startswith(f"{below}/")), *added),
        is_secret=files.is_secret or (isinstance(source, FileUse) and source.is_secret),
    )
    origins = outer.origins + inner.origins if is_part else outer.origins
    return Traced(replace(outer.value, source=merged), origins, outer.note), is_part
