"""From files to one canonical tree: parse, interpolate, include, extend, validate, expand, merge.

Every file is a layer in canonical form; layers merge by the table. Source: reference, sections 2.1 to 2.8.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.compose.discovery import STDIN
from compose2qt.compose.dotenv import read_env
from compose2qt.compose.forms import canonical, long_volume, resource
from compose2qt.compose.interpolation import Interpolation
from compose2qt.compose.merge import merge, unique, without_resets
from compose2qt.compose.project import Document
from compose2qt.compose.spec import root as table
from compose2qt.compose.texts import text
from compose2qt.compose.validate import validate
from compose2qt.diagnostic import InputError, nearest
from compose2qt.source import Mapping, Scalar, Sequence, Span, read_text, read_yaml

if TYPE_CHECKING:
    from compose2qt.compose.discovery import Settings
    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

MAX_LAYERS = 1000
"""Files that includes and extends may lead to: more is a bomb."""
_REMOTE = re.compile(r"(?:https?|ssh|git|oci|docker)://|git@|github\.com/")
_RESOURCES = ("networks", "volumes", "secrets", "configs")


class Layers:
    """Reads the files of a project, each once, and keeps the documents for the ledger."""

    def __init__(self, settings: Settings, collector: Collector) -> None:
        self.settings, self.collector = settings, collector
        self.documents: list[Document] = []
        self.parsed: dict[tuple[str, int], list[Mapping]] = {}
        self.outside: dict[str, None] = {}
        self.count = 0

    def load(self, files: tuple[str, ...], directory: Path, variables: dict[str, str], stack: tuple[str, ...] = ()) -> Mapping:
        """The files merged in order, in canonical form, with paths absolute below ``directory``."""
        result: Mapping | None = None
        for file in files:
            for document in self._interpolated(file, variables):
                layer = self._layer(document, file, directory, variables, stack)
                merged = layer if result is None else merge(result, layer, table(), self.collector)
                result = merged if isinstance(merged, Mapping) else layer
        if result is None:
            raise InputError(self.collector)
        made = unique(without_resets(result), table())
        return made if isinstance(made, Mapping) else result

    # One file ---------------------------------------------------------------------------------------------------

    def _interpolated(self, file: str, variables: dict[str, str]) -> list[Mapping]:
        """The documents of ``file`` with variables substituted; read and parsed once."""
        self.count += 1
        if self.count > MAX_LAYERS:
            raise InputError.of(
                "too-many-files",
                f"includes and extends lead to more than {MAX_LAYERS} files",
                Span(file, 1, 1),
                "break the chain",
            )
        key = (os.path.abspath(file) if file != STDIN else file, id(variables))  # noqa: PTH100 - an identity, not a path
        if key not in self.parsed:
            interpolation = Interpolation(variables, self.collector)
            found = [interpolation.apply(document, table()) for document in self._documents(file)]
            self.parsed[key] = [document for document in found if isinstance(document, Mapping)]
        return self.parsed[key]

    def _documents(self, file: str) -> list[Mapping]:
        shown = "stdin" if file == STDIN else file
        content = sys.stdin.read() if file == STDIN else read_text(Path(file), shown)
        self._note_outside(file)
        start = Span(shown, 1, 1)
        documents = read_yaml(content, shown, self.collector)
        if not documents:
            raise InputError.of("empty-file", f"{shown} is empty", start, "write services into it")
        for document in documents:
            if not isinstance(document, Mapping):
                raise InputError.of(
                    "not-a-mapping", "the top of a Compose file must be a mapping", document.span, "begin with services:"
                )
            self.documents.append(Document(shown, document))
        return [document for document in documents if isinstance(document, Mapping)]

    def _note_outside(self, file: str) -> None:
        if file != STDIN and not Path(file).resolve().is_relative_to(self.settings.directory.resolve()):
            self.outside[file] = None

    def _layer(
        self, document: Mapping, file: str, directory: Path, variables: dict[str, str], stack: tuple[str, ...]
    ) -> Mapping:
        here = os.path.abspath(file) if file != STDIN else STDIN  # noqa: PTH100 - an identity, not a path
        included = self._included(document, directory, variables, (*stack, here))
        entries = {key: value for key, value in document.entries.items() if key != "include"}
        validate(document, table(), self.collector)
        layer = self._canonical(document.with_entries(entries), directory)
        layer = self._extended(layer, file, directory, variables)
        for base in included:
            merged = merge(base, layer, table(), self.collector)
            layer = merged if isinstance(merged, Mapping) else layer
        return layer

    def _canonical(self, document: Mapping, directory: Path) -> Mapping:
        made = canonical(document, table(), self.collector)
        if not isinstance(made, Mapping):
            return document
        entries = dict(made.entries)
        for section in _RESOURCES:
            node = entries.get(section)
            if isinstance(node, Mapping):
                entries[section] = node.with_entries({name: resource(value) for name, value in node.entries.items()})
        services = entries.get("services")
        if isinstance(services, Mapping):
            entries["services"] = services.with_entries(
                {name: _long_volumes(service) for name, service in services.entries.items()}
            )
        resolved = resolve_paths(made.with_entries(entries), table(), directory)
        return resolved if isinstance(resolved, Mapping) else made

    # include ----------------------------------------------------------------------------------------------------

    def _included(self, document: Mapping, directory: Path, variables: dict[str, str], stack: tuple[str, ...]) -> list[Mapping]:
        section = document.get("include")
        return [
            made
            for item in (section.items if isinstance(section, Sequence) else ())
            if (made := self._include(item, directory, variables, stack)) is not None
        ]

    def _include(self, item: Node, directory: Path, variables: dict[str, str], stack: tuple[str, ...]) -> Mapping | None:
        written = _strings(item.get("path") if isinstance(item, Mapping) else item)
        if not written or not self._is_local(written, item.span):
            return None
        files = tuple(_shown(directory / path) for path in written)
        if os.path.abspath(files[0]) in stack:  # noqa: PTH100 - an identity, not a path
            self.collector.error(
                "include-cycle", f"{files[0]} includes itself: {' -> '.join(stack)}", item.span, "break the cycle"
            )
            return None
        named = _strings(item.get("project_directory")) if isinstance(item, Mapping) else []
        home = (directory / named[0]) if named else (directory / written[0]).parent
        env_files = _strings(item.get("env_file")) if isinstance(item, Mapping) else []
        own = self._include_variables(env_files, directory, home, variables)
        try:
            made = self.load(files, Path(os.path.abspath(home)), own, stack)  # noqa: PTH100 - as Compose: links are kept
        except InputError as error:
            for diagnostic in error.diagnostics:
                self.collector.add(diagnostic)
            return None
        return made.with_entries({k: v for k, v in made.entries.items() if k != "name" and not k.startswith("x-")})

    def _include_variables(self, named: list[str], directory: Path, home: Path, variables: dict[str, str]) -> dict[str, str]:
        """The including project's variables win over the included one's own env files."""
        paths = [directory / name for name in named if name != "/dev/null"] if named else [home / ".env"]
        found: dict[str, str] = {}
        for path in paths:
            if named or path.is_file():
                shown = _shown(path)
                entries = read_env(read_text(path, shown), shown, {**found, **variables}, self.collector)
                found.update({key: str(scalar.value) for key, scalar in entries.items()})
        return {**found, **variables} if found else variables

    def _is_local(self, written: list[str], span: Span) -> bool:
        for path in written:
            if _REMOTE.match(path):
                self.collector.error(
                    "remote-include",
                    "a remote include is not fetched: compose2qt uses no network",
                    span,
                    "copy it beside this file",
                )
                return False
        return True

    # extends ----------------------------------------------------------------------------------------------------

    def _extended(self, layer: Mapping, file: str, directory: Path, variables: dict[str, str]) -> Mapping:
        services = layer.get("services")
        if not isinstance(services, Mapping):
            return layer
        entries = {
            name: self._extend(name, services, file, directory, variables, ()) if isinstance(service, Mapping) else service
            for name, service in services.entries.items()
        }
        return layer.with_entries({**layer.entries, "services": services.with_entries(entries)})

    def _extend(
        self,
        name: str,
        services: Mapping,
        file: str,
        directory: Path,
        variables: dict[str, str],
        chain: tuple[tuple[str, str], ...],
    ) -> Node:
        service = services.entries[name]
        extends = service.get("extends") if isinstance(service, Mapping) else None
        if not isinstance(service, Mapping) or not isinstance(extends, Mapping):
            return service
        base_name = text(node.value) if isinstance(node := extends.get("service"), Scalar) else name
        base_file = text(node.value) if isinstance(node := extends.get("file"), Scalar) else ""
        link = (file, name)
        if link in chain:
            members = " -> ".join(member for _, member in (*chain, link))
            self.collector.error("extends-cycle", f"services extend each other: {members}", extends.span, "break the cycle")
            return service
        base = self._base(base_name, base_file, extends.span, services, file, directory, variables, (*chain, link))
        if base is None:
            return service
        own = service.with_entries({key: value for key, value in service.entries.items() if key != "extends"})
        row = table().keys["services"].keys["*"]
        merged = merge(base, own, row, self.collector)
        if isinstance(merged, Mapping):  # the leaf that names the base stays, for the ledger
            return merged.with_entries({**merged.entries, "extends": extends})
        return service

    def _base(
        self,
        name: str,
        written: str,
        span: Span,
        services: Mapping,
        file: str,
        directory: Path,
        variables: dict[str, str],
        chain: tuple[tuple[str, str], ...],
    ) -> Mapping | None:
        """The canonical base service ``name``, of this file or of the file ``written``, itself extended."""
        if written:
            if not self._is_local([written], span):
                return None
            file = _shown(directory / written)
            directory = (directory / written).parent
            try:
                document = self._interpolated(file, variables)[0]
            except InputError as error:
                for diagnostic in error.diagnostics:
                    self.collector.add(diagnostic)
                return None
            section = self._canonical(document, directory).get("services")
            services = section if isinstance(section, Mapping) else Mapping({}, span)
        if name not in services.entries:
            self.collector.error(
                "undefined-service", f"there is no service {name!r} to extend", span, nearest(name, services.entries)
            )
            return None
        base = self._extend(name, services, file, directory, variables, chain)
        return base if isinstance(base, Mapping) else None


def _strings(node: Node | None) -> list[str]:
    if isinstance(node, Sequence):
        return [text(item.value) for item in node.items if isinstance(item, Scalar)]
    return [text(node.value)] if isinstance(node, Scalar) and node.value is not None else []


def _shown(path: Path) -> str:
    """``path`` as a person reads it: relative to the working directory when below it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - as Compose: links are kept
    relative = os.path.relpath(absolute)
    return absolute if relative.startswith("..") else relative


def _long_volumes(service: Node) -> Node:
    volumes = service.get("volumes") if isinstance(service, Mapping) else None
    if not isinstance(service, Mapping) or not isinstance(volumes, Sequence):
        return service
    expanded = Sequence(tuple(long_volume(item) for item in volumes.items), volumes.span, volumes.tag)
    return service.with_entries({**service.entries, "volumes": expanded})


def resolve_paths(node: Node, attribute: Attribute, directory: Path) -> Node:
    """``node`` with every path attribute absolute below ``directory``. Source: reference, section 2.11."""
    if attribute.is_path and isinstance(node, Scalar) and isinstance(node.value, str):
        return node.with_value(absolute(node.value, directory))
    if isinstance(node, Sequence) and (item := attribute.item) is not None:
        return Sequence(tuple(resolve_paths(one, item, directory) for one in node.items), node.span, node.tag)
    if not isinstance(node, Mapping) or not attribute.keys:
        return node
    entries = {
        key: resolve_paths(value, below, directory) if (below := attribute.below(key)) is not None else value
        for key, value in node.entries.items()
    }
    if attribute.keys.get("bind") is not None:
        entries = _bind_source(entries, directory)
    return node.with_entries(entries)


def _bind_source(entries: dict[str, Node], directory: Path) -> dict[str, Node]:
    kind, source = entries.get("type"), entries.get("source")
    if isinstance(kind, Scalar) and kind.value == "bind" and isinstance(source, Scalar) and isinstance(source.value, str):
        entries["source"] = source.with_value(absolute(source.value, directory))
    return entries


def absolute(path: str, directory: Path) -> str:
    """``path`` as Compose resolves it: ``~`` is the home folder; remote and Windows paths stay."""
    if _REMOTE.match(path) or path.startswith("service:") or re.match(r"[A-Za-z]:[\\/]", path):
        return path
    if path.startswith("~"):
        return os.path.normpath(os.path.expanduser("~") + path[1:])  # noqa: PTH111 - text in, text out
    return os.path.normpath(directory / path)
