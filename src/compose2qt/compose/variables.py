"""The environment and labels of a service, with Compose's precedence. Source: reference, sections 2.12 and 2.16."""

from __future__ import annotations

from collections import ChainMap
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.compose.dotenv import read_env, read_raw_env
from compose2qt.compose.files import shown_path
from compose2qt.compose.normalize import passed_through
from compose2qt.compose.project import Document
from compose2qt.compose.texts import text
from compose2qt.compose.tree import items, string
from compose2qt.diagnostic import InputError
from compose2qt.source import Mapping, Scalar, Sequence, Span, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Variables

    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node


CONTENT = "content"
"""Where the value of a variable that a secret or config names is kept; it is never printed."""


class EnvFiles:
    """Reads the env files that services name; the text of each once."""

    def __init__(self, directory: Path, variables: dict[str, str], collector: Collector) -> None:
        self.directory, self.variables, self.collector = directory, variables, collector
        self.contents: dict[str, str | None] = {}
        self.documents: dict[str, dict[str, Node]] = {}
        self.outside: dict[str, None] = {}
        self.done: set[str] = set()
        self.constant: dict[tuple[str, bool], dict[str, Node]] = {}
        """The entries of files that say the same to every service."""

    def complete(self, name: str, service: Mapping) -> Mapping:
        """The service ``name`` with its resolved environment and labels; one that is complete stays as it is."""
        if name in self.done:
            return service
        self.done.add(name)
        return self._with_labels(self._with_environment(service))

    def _with_environment(self, service: Mapping) -> Mapping:
        """Env files in order, then ``environment``, which wins even with a name without value."""
        files = items(service.get("env_file"))
        if not files:
            return service
        declared = service.get("environment")
        own = declared.entries if isinstance(declared, Mapping) else {}
        found: dict[str, Node] = {}
        for entry in files:
            found.update(self._entries(entry, found, own))
        span = declared.span if declared is not None else service.span
        keys = declared.keys if isinstance(declared, Mapping) else {}
        return service.with_entries({**service.entries, "environment": Mapping({**found, **own}, span, keys)})

    def _with_labels(self, service: Mapping) -> Mapping:
        """Label files in order, then ``labels``, which wins."""
        files = items(service.get("label_file"))
        if not files:
            return service
        declared = service.get("labels")
        found: dict[str, Node] = {}
        for entry in files:
            if isinstance(entry, Scalar):
                found.update(self._read(text(entry.value), entry.span, _texts(found), {}))
        own = declared.entries if isinstance(declared, Mapping) else {}
        span = declared.span if declared is not None else service.span
        return service.with_entries({**service.entries, "labels": Mapping({**found, **own}, span)})

    def _entries(self, entry: Node, earlier: dict[str, Node], own: dict[str, Node]) -> dict[str, Node]:
        if not isinstance(entry, Mapping):
            return {}
        path, required, form = entry.get("path"), entry.get("required"), entry.get("format")
        if not isinstance(path, Scalar):
            return {}
        is_required = not (isinstance(required, Scalar) and required.value is False)
        if form is not None and string(form) not in ("", "raw"):
            if self._content(text(path.value), path.span, required=is_required) is not None:
                message = f"there is no env file format {string(form)[:40]!r}"
                self.collector.error("not-allowed", message, form.span, "write raw, or nothing")
            return {}
        return self._read(
            text(path.value),
            path.span,
            ChainMap(self.variables, _texts(own)),
            _texts(earlier),
            required=is_required,
            raw=string(form) == "raw",
        )

    def _read(
        self,
        path: str,
        span: Span,
        lookup: Variables[str, str],
        earlier: Variables[str, str],
        *,
        required: bool = True,
        raw: bool = False,
    ) -> dict[str, Node]:
        content = self._content(path, span, required=required)
        if content is None:
            return {}
        if (path, raw) in self.constant:
            return self.constant[path, raw]
        shown = shown_path(path)
        found: dict[str, Node] = dict(
            read_raw_env(content, shown, lookup, self.collector)
            if raw
            else read_env(content, shown, lookup, self.collector, earlier)
        )
        if _is_constant(content):
            self.constant[path, raw] = found
        self.documents.setdefault(shown, {}).update(found)
        return found

    def _content(self, path: str, span: Span, *, required: bool) -> str | None:
        if path not in self.contents:
            self.contents[path] = None
            file = Path(path)
            if not required and not (path and file.exists()):
                return None
            try:
                self.contents[path] = read_text(file, shown_path(path))
            except InputError as error:
                problem = error.diagnostics[0]
                self.collector.error(problem.code, f"env file: {problem.message}", span, problem.fix)
                return None
            if not file.resolve().is_relative_to(self.directory.resolve()):
                self.outside[shown_path(path)] = None
        return self.contents[path]

    def documents_read(self) -> Iterator[Document]:
        """A document for each env file that was read: its entries are leaves of the input."""
        for shown, found in self.documents.items():
            yield Document(shown, Mapping(found, Span(shown, 1, 1)), "env")


def _is_constant(content: str) -> bool:
    """Whether an env file takes nothing from variables: no ``$``, and no name without value."""
    return "$" not in content and all("=" in line or not line.strip() for line in content.split("\n"))


def _texts(nodes: dict[str, Node]) -> dict[str, str]:
    return {name: text(node.value) for name, node in nodes.items() if isinstance(node, Scalar) and node.value is not None}


def resolved_content(node: Node, variables: dict[str, str]) -> Node:
    """A config or secret whose ``environment`` names a variable, with its content."""
    source = node.get("environment") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(source, Scalar) or text(source.value) not in variables:
        return node
    return node.with_entries({**node.entries, CONTENT: source.with_value(variables[text(source.value)])})


def included_variables(
    named: list[str], directory: Path, home: Path, variables: dict[str, str], collector: Collector
) -> dict[str, str]:
    """The variables of an included project: its own env files, and those of the including one, which win."""
    paths = [directory / name for name in named if name != "/dev/null"] if named else [home / ".env"]
    found: dict[str, str] = {}
    for path in paths:
        if named or path.is_file():
            shown = shown_path(path)
            values = read_env(read_text(path, shown), shown, variables, collector, found)
            found.update({key: str(scalar.value) for key, scalar in values.items()})
    return {**found, **variables} if found else variables


def with_variables(tree: Mapping, variables: dict[str, str]) -> Mapping:
    """``tree`` with the values of the variables that its secrets, configs and listed environments name."""
    made = dict(tree.entries)
    for section in ("secrets", "configs"):
        if isinstance(node := made.get(section), Mapping):
            made[section] = node.with_entries({key: resolved_content(value, variables) for key, value in node.entries.items()})
    for section in ("services", "jobs"):
        if isinstance(node := made.get(section), Mapping):
            made[section] = node.with_entries({key: _with_listed(value, variables) for key, value in node.entries.items()})
    return tree.with_entries(made)


def _with_listed(service: Node, variables: dict[str, str]) -> Node:
    """``service`` with the values of variables at the names without value in a *list*; a mapping waits for the project's."""
    environment = service.get("environment") if isinstance(service, Mapping) else None
    if not isinstance(service, Mapping) or not isinstance(environment, Sequence):
        return service
    return service.with_entries({**service.entries, "environment": passed_through(environment, variables)})
