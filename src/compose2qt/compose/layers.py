"""From files to one canonical tree, as Docker Compose does it: file by file, each laid on what is already there.

Source: reference, sections 2.1 to 2.13.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.compose.extends import Extends
from compose2qt.compose.files import STDIN, Files, shown_path
from compose2qt.compose.forms import canonical
from compose2qt.compose.merge import RESET, merge, unique, without_resets
from compose2qt.compose.normalize import defaults
from compose2qt.compose.paths import REMOTE, bound_device, resolved_paths
from compose2qt.compose.resources import check_resources
from compose2qt.compose.spec import root as table
from compose2qt.compose.tree import entries, is_null, items, string, strings
from compose2qt.compose.validate import validate, validate_node
from compose2qt.compose.variables import included_variables, with_variables
from compose2qt.diagnostic import InputError
from compose2qt.source import Mapping, Scalar, Sequence, Span

if TYPE_CHECKING:
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

MAX_INCLUDES = 100
"""Files that include each other in a row: more is a bomb."""
_SECTIONS = ("services", "volumes", "networks", "secrets", "configs", "models", "jobs")
"""What an included project brings along."""


class Layers:
    """Loads sets of files, each into one tree: those of the project, and those that it includes."""

    def __init__(self, files: Files, collector: Collector, *, valid: bool = True) -> None:
        self.files, self.collector, self.valid = files, collector, valid

    def load(self, files: tuple[str, ...], directory: Path, variables: dict[str, str], stack: tuple[str, ...] = ()) -> Mapping:
        """The files merged in order, in canonical form, with paths absolute below ``directory``."""
        tree = Mapping({}, Span(files[0] if files[0] != STDIN else "stdin", 1, 1))
        extends = Extends(lambda file, folder: self._base(file, folder, variables), self.collector)
        for file in files:
            for document in self.files.load(file, variables):
                layer = extends.applied(document, file, directory)
                layer = self._with_included(layer, directory, variables, (*stack, _identity(file)))
                tree = self._laid(tree, layer)
        if not stack and tree.entries.keys() <= {"version"}:
            self.collector.check()
            raise InputError.of("empty-file", "the project is empty", tree.span, "write services into it")
        tree = _mapping(defaults(tree), tree)
        check_resources(tree, self.collector)
        return with_variables(self._resolved(tree, directory), variables)

    def _laid(self, tree: Mapping, layer: Mapping, *, valid: bool = True) -> Mapping:
        """``layer`` merged into ``tree``: the result is canonical, and valid unless a diagnostic says otherwise."""
        row, collector = table(), self.collector
        merged = merge(tree, layer, row, collector) if tree.entries else layer
        merged = unique(without_resets(merged), row, collector)
        if valid and self.valid:
            validate(_mapping(merged, tree), row, collector)
        # Without values for its variables a short syntax may be none yet.
        expanded = canonical(merged, row, collector if self.files.interpolate else None)
        merged = unique(_without_empty_dns(expanded), row, collector)
        return _mapping(merged, tree)

    def _base(self, file: str, directory: Path, variables: dict[str, str]) -> Mapping:
        """A file that a service extends: only its services are used, and what they become is validated."""
        tree = Mapping({}, Span(file, 1, 1))
        for document in self.files.load(file, variables):
            tree = self._laid(tree, document, valid=False)
        resolved = self._resolved(tree, Path(os.path.abspath(directory)))  # noqa: PTH100 - as Compose: links are kept
        return _absolute_extends(resolved, directory)

    def _resolved(self, tree: Mapping, directory: Path) -> Mapping:
        made = _mapping(resolved_paths(tree, table(), directory), tree)
        volumes = made.get("volumes")
        if not isinstance(volumes, Mapping):
            return made
        devices = volumes.with_entries({name: bound_device(node, directory) for name, node in volumes.entries.items()})
        return made.with_entries({**made.entries, "volumes": devices})

    # include ----------------------------------------------------------------------------------------------------

    def _with_included(self, layer: Mapping, directory: Path, variables: dict[str, str], stack: tuple[str, ...]) -> Mapping:
        """``layer`` laid on what it includes."""
        section = layer.get("include")
        if section is None:
            return layer
        if not isinstance(section, Sequence) and not is_null(section):
            self.collector.error("wrong-type", "include must be a list", section.span, "write a list of files")
        made = dict(layer.entries)
        del made["include"]
        for item in items(section):
            included = self._include(item, directory, variables, stack)
            for name in _SECTIONS if included is not None else ():
                self._import(made, name, included.get(name) if included is not None else None)
        return layer.with_entries(made)

    def _import(self, made: dict[str, Node], section: str, found: Node | None) -> None:
        """Add the entries of ``found`` to ``made``: what stands there already is laid on what is included."""
        if not isinstance(found, Mapping):
            return
        row = table().keys[section].wildcard
        here = made.get(section)
        # To reset what is only included is to say nothing of it.
        kept = {name: node for name, node in entries(here).items() if not (node.tag == RESET and name in found.entries)}
        for name, node in found.entries.items():
            kept[name] = merge(node, kept[name], row, self.collector) if name in kept else node
        made[section] = here.with_entries(kept) if isinstance(here, Mapping) else found.with_entries(kept)

    def _is_include(self, item: Node) -> bool:
        """Whether ``item`` says what to include; the reference does not hold the keys of its long form against anybody."""
        before = len(self.collector.errors)
        row = table().keys["include"].item
        known = (
            item.with_entries({key: node for key, node in item.entries.items() if key in row.keys})
            if isinstance(item, Mapping) and row
            else item
        )
        if row is not None:
            validate_node(known, row, ("include",), self.collector)
        folder = known.get("project_directory") if isinstance(known, Mapping) else None
        if isinstance(folder, Scalar) and isinstance(folder.value, float):
            self.collector.error("wrong-type", "include.project_directory must be text", folder.span, "write it in quotes")
        return len(self.collector.errors) == before

    def _include(self, item: Node, directory: Path, variables: dict[str, str], stack: tuple[str, ...]) -> Mapping | None:
        written = strings(item.get("path") if isinstance(item, Mapping) else item)
        if is_null(item) or not self._is_include(item) or not written or not self._is_local(written, item.span):
            return None
        files = tuple(shown_path(directory / path) for path in written)
        if _identity(files[0]) in stack:
            members = " -> ".join(shown_path(file) for file in (*stack, _identity(files[0])))
            self.collector.error("include-cycle", f"files include each other: {members}", item.span, "break the cycle")
            return None
        if len(stack) > MAX_INCLUDES:
            message = f"more than {MAX_INCLUDES} files include each other in a row"
            raise InputError.of("too-many-files", message, item.span, "break the chain")
        project = string(item.get("project_directory")) if isinstance(item, Mapping) else ""
        home = Path(os.path.abspath(directory / project if project else (directory / written[0]).parent))  # noqa: PTH100 - as Compose: links are kept
        named = strings(item.get("env_file")) if isinstance(item, Mapping) else []
        try:
            own = included_variables(named, directory, home, variables, self.collector)
            return self.load(files, home, own, stack)
        except InputError as error:
            for diagnostic in error.diagnostics:
                self.collector.add(diagnostic)
            return None

    def _is_local(self, written: list[str], span: Span) -> bool:
        remote = any(REMOTE.match(path) for path in written)
        if remote:
            self.collector.error(
                "remote-include",
                "a remote include is not fetched: compose2qt uses no network",
                span,
                "copy it beside this file",
            )
        return not remote


def _identity(file: str) -> str:
    return file if file == STDIN else os.path.abspath(file)  # noqa: PTH100 - as Compose: links are kept


def _mapping(node: Node, otherwise: Mapping) -> Mapping:
    return node if isinstance(node, Mapping) else otherwise


def _without_empty_dns(tree: Node) -> Node:
    """``tree`` without empty texts in the ``dns`` of services: an unset variable names no server."""
    services = tree.get("services") if isinstance(tree, Mapping) else None
    if not isinstance(tree, Mapping) or not isinstance(services, Mapping):
        return tree
    changed = {
        name: service.with_entries({**service.entries, "dns": dns.with_items(_filled(dns))})
        for name, service in services.entries.items()
        if isinstance(service, Mapping)
        and isinstance(dns := service.get("dns"), Sequence)
        and len(_filled(dns)) < len(dns.items)
    }
    if not changed:
        return tree
    return tree.with_entries({**tree.entries, "services": services.with_entries({**services.entries, **changed})})


def _filled(node: Sequence) -> tuple[Node, ...]:
    return tuple(item for item in node.items if not (isinstance(item, Scalar) and item.value in ("", None)))


def _absolute_extends(tree: Mapping, directory: Path) -> Mapping:
    """``tree`` whose services name the files that they extend absolutely: they are read from another folder."""
    services = tree.get("services")
    if not isinstance(services, Mapping):
        return tree
    changed: dict[str, Node] = {}
    for name, service in services.entries.items():
        extends = service.get("extends") if isinstance(service, Mapping) else None
        file = extends.get("file") if isinstance(extends, Mapping) else None
        if isinstance(service, Mapping) and isinstance(extends, Mapping) and isinstance(file, Scalar) and string(file):
            where = string(file) if REMOTE.match(string(file)) else os.path.abspath(directory / string(file))  # noqa: PTH100 - as Compose
            made = extends.with_entries({**extends.entries, "file": file.with_value(where)})
            changed[name] = service.with_entries({**service.entries, "extends": made})
    return tree.with_entries({**tree.entries, "services": services.with_entries({**services.entries, **changed})})
