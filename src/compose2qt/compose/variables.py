"""The environment and labels of a service, with Compose's precedence. Source: reference, sections 2.12 and 2.16."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.compose.dotenv import read_env, read_raw_env
from compose2qt.compose.project import Document
from compose2qt.compose.texts import text
from compose2qt.diagnostic import InputError
from compose2qt.source import Mapping, Scalar, Sequence, Span, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node


class EnvFiles:
    """Reads the env files that services name; the text of each once."""

    def __init__(self, directory: Path, variables: dict[str, str], collector: Collector) -> None:
        self.directory, self.variables, self.collector = directory, variables, collector
        self.contents: dict[str, str | None] = {}
        self.documents: dict[str, dict[str, Node]] = {}
        self.outside: dict[str, None] = {}

    def environment(self, service: Mapping) -> Mapping:
        """``service`` with its resolved environment: env files in order, then ``environment``, which wins."""
        declared = service.get("environment")
        own = dict(declared.entries) if isinstance(declared, Mapping) else {}
        own = {name: self._passed_through(name, node) for name, node in own.items()}
        found: dict[str, Node] = {}
        for entry in _items(service.get("env_file")):
            found.update(self._entries(entry, found, own))
        if not found and not own:
            return service
        merged = {**found, **own}
        span = declared.span if declared is not None else service.span
        keys = declared.keys if isinstance(declared, Mapping) else {}
        return service.with_entries({**service.entries, "environment": Mapping(merged, span, keys)})

    def labels(self, service: Mapping) -> Mapping:
        """``service`` with the labels of its label files; ``labels`` wins."""
        files = list(_items(service.get("label_file")))
        if not files:
            return service
        declared = service.get("labels")
        found: dict[str, Node] = {}
        for entry in files:
            if isinstance(entry, Scalar):
                found.update(self._read(text(entry.value), entry.span, {}, required=True, raw=False))
        own = declared.entries if isinstance(declared, Mapping) else {}
        span = declared.span if declared is not None else service.span
        return service.with_entries({**service.entries, "labels": Mapping({**found, **own}, span)})

    def _passed_through(self, name: str, node: Node) -> Node:
        """An entry without value takes that of the project's variables."""
        if isinstance(node, Scalar) and node.value is None and name in self.variables:
            return node.with_value(self.variables[name])
        return node

    def _entries(self, entry: Node, earlier: dict[str, Node], own: dict[str, Node]) -> dict[str, Node]:
        if not isinstance(entry, Mapping):
            return {}
        path, required, form = entry.get("path"), entry.get("required"), entry.get("format")
        if not isinstance(path, Scalar):
            return {}
        known = {
            name: text(node.value)
            for name, node in (*earlier.items(), *own.items())
            if isinstance(node, Scalar) and node.value is not None
        }
        is_required = not (isinstance(required, Scalar) and required.value is False)
        raw = isinstance(form, Scalar) and form.value == "raw"
        return dict(self._read(text(path.value), path.span, {**known, **self.variables}, required=is_required, raw=raw))

    def _read(self, path: str, span: Span, lookup: dict[str, str], *, required: bool, raw: bool) -> dict[str, Node]:
        content = self._content(path, span, required=required)
        if content is None:
            return {}
        shown = _shown(path)
        reader = read_raw_env if raw else read_env
        found: dict[str, Node] = dict(reader(content, shown, lookup, self.collector))
        self.documents.setdefault(shown, {}).update(found)
        return found

    def _content(self, path: str, span: Span, *, required: bool) -> str | None:
        if path not in self.contents:
            self.contents[path] = None
            file = Path(path)
            if not required and not file.exists():
                return None
            try:
                self.contents[path] = read_text(file, _shown(path))
            except InputError as error:
                problem = error.diagnostics[0]
                self.collector.error(problem.code, f"env file: {problem.message}", span, problem.fix)
                return None
            if not file.resolve().is_relative_to(self.directory.resolve()):
                self.outside[_shown(path)] = None
        return self.contents[path]

    def documents_read(self) -> Iterator[Document]:
        """A document for each env file that was read: its entries are leaves of the input."""
        for shown, entries in self.documents.items():
            yield Document(shown, Mapping(entries, Span(shown, 1, 1)), "env")


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def resolved_content(node: Mapping, variables: dict[str, str]) -> Mapping:
    """A config or secret whose ``environment`` names a variable, with its content."""
    source = node.get("environment")
    if not isinstance(source, Scalar) or text(source.value) not in variables:
        return node
    return node.with_entries({**node.entries, "content": source.with_value(variables[text(source.value)])})
