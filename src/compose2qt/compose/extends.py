"""``extends``: a service laid on another one, of this file or of a further one. Source: reference, section 2.4."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compose2qt.compose.files import shown_path
from compose2qt.compose.merge import merge
from compose2qt.compose.paths import REMOTE
from compose2qt.compose.spec import root as table
from compose2qt.compose.tree import string
from compose2qt.compose.validate import validate_node
from compose2qt.diagnostic import InputError, nearest
from compose2qt.source import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node, Span

MAX_CHAIN = 100
"""Services that extend each other in a row: more is a bomb."""
_TOO_LONG = ("too-many-files", f"more than {MAX_CHAIN} services extend each other in a row")


class Place(NamedTuple):
    """Where services stand: what a name or a relative path in ``extends`` refers to."""

    file: str
    directory: Path
    services: Mapping


def _extends(service: Node) -> bool:
    return isinstance(service, Mapping) and (base := service.get("extends")) is not None and base.tag != "!reset"


class Extends:
    """Resolves ``extends`` in the services of one file."""

    def __init__(self, base_file: Callable[[str, Path], Mapping], collector: Collector) -> None:
        self.base_file = base_file
        """The canonical document of a file, with paths absolute below a folder."""
        self.collector = collector
        self.row = table().keys["services"].keys["*"]
        self.complete: dict[tuple[int, str], tuple[Mapping, Node]] = {}
        """Each service once, by the mapping that it stands in, which is kept so that its identity stays."""
        self.places: dict[str, Place | None] = {}

    def applied(self, document: Mapping, file: str, directory: Path) -> Mapping:
        """``document`` with every service complete."""
        made = dict(document.entries)
        for section in ("services", "jobs"):
            services = document.get(section)
            if services is not None and services.tag != "!reset" and not isinstance(services, Mapping):
                validate_node(services, table().keys[section], (section,), self.collector)
            if isinstance(services, Mapping) and any(_extends(service) for service in services.entries.values()):
                place = Place(file, directory, services)
                made[section] = services.with_entries({name: self._complete(name, place, ()) for name in services.entries})
        return document.with_entries(made)

    def _complete(self, name: str, place: Place, chain: tuple[tuple[str, str], ...]) -> Node:
        service = place.services.entries[name]
        extends = service.get("extends") if isinstance(service, Mapping) else None
        if not isinstance(service, Mapping) or extends is None or not _extends(service):
            return service
        link = (place.file, name)
        if link in chain or len(chain) >= MAX_CHAIN:
            members = " -> ".join(member[:60] for _, member in (*chain[-8:], link))
            problem = ("extends-cycle", "services extend each other") if link in chain else _TOO_LONG
            self.collector.error(problem[0], f"{problem[1]}: {members}", extends.span, "break the chain")
            return service
        known = (id(place.services), name)
        if known not in self.complete:
            self.complete[known] = place.services, self._on_base(service, extends, place, (*chain, link))
        return self.complete[known][1]

    def _on_base(self, service: Mapping, extends: Node, place: Place, chain: tuple[tuple[str, str], ...]) -> Node:
        """``service`` laid on what it extends."""
        base = self._base(extends, place, chain)
        own = service.with_entries({key: value for key, value in service.entries.items() if key != "extends"})
        merged = service if base is None else merge(base, own, self.row, self.collector)
        return merged if isinstance(merged, Mapping) else service

    def _base(self, extends: Node, place: Place, chain: tuple[tuple[str, str], ...]) -> Mapping | None:
        """The complete base service that ``extends`` names; None with a diagnostic if there is none."""
        name = string(extends.get("service")) if isinstance(extends, Mapping) else string(extends)
        file = extends.get("file") if isinstance(extends, Mapping) else None
        if not name:
            self.collector.error("missing-key", "extends names no service", extends.span, "add service:")
            return None
        if file is not None and not isinstance(file, Scalar):
            self.collector.error("wrong-type", "extends.file must be text", file.span, "name one file")
            return None
        if isinstance(file, Scalar) and file.value is not None:
            found = self._elsewhere(string(file), place, file.span)
            if found is None:
                return None
            place = found
        if name not in place.services.entries:
            fix = nearest(name, place.services.entries)
            self.collector.error("undefined-service", f"there is no service {name[:80]!r} to extend", extends.span, fix)
            return None
        base = self._complete(name, place, chain)
        return base if isinstance(base, Mapping) else None

    def _elsewhere(self, written: str, place: Place, span: Span) -> Place | None:
        if REMOTE.match(written):
            self.collector.error(
                "remote-extends", "a remote file is not fetched: compose2qt uses no network", span, "copy it beside this file"
            )
            return None
        path = place.directory / written
        shown = shown_path(path)
        if shown not in self.places:
            self.places[shown] = self._read(path, shown, span)
        return self.places[shown]

    def _read(self, path: Path, shown: str, span: Span) -> Place | None:
        try:
            document = self.base_file(shown, path.parent)
        except InputError as error:
            for diagnostic in error.diagnostics:
                self.collector.add(diagnostic)
            return None
        services = document.get("services")
        if not isinstance(services, Mapping):
            self.collector.error("no-services", f"{shown} has no services", span, "name another file")
            return None
        return Place(shown, path.parent, services)
