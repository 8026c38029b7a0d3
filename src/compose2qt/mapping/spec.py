"""Reading a mapping spec: every problem with the place of its key or value, all at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from pydantic import ValidationError

from compose2qt.diagnostic import Diagnostic, InputError, Severity, nearest
from compose2qt.mapping.document import Document
from compose2qt.source import Mapping, Scalar, Sequence, Span, plain, read_text, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

_HELP = "`compose2qt schema mapping` and docs/reference/mapping.md describe every key"


class Spec(Struct, frozen=True):
    """A mapping spec that is well-formed, with the tree that knows where each of its values stands."""

    document: Document
    tree: Mapping
    shown: str
    """The file, as it was given: paths in the spec are relative to its folder."""

    def at(self, *path: str | int) -> Span:
        """Where the value at ``path`` stands: a scalar itself, of a collection its key; what is absent, its parent."""
        key, node = _find(self.tree, path)
        return node.span if isinstance(node, Scalar) else key

    def key(self, *path: str | int) -> Span:
        """Where the key at ``path`` stands."""
        return _find(self.tree, path)[0]

    def _relative(self, path: str) -> str:
        return os.path.normpath(os.path.join(os.path.dirname(self.shown), path))  # noqa: PTH118, PTH120 - text, as it is shown

    @property
    def files(self) -> tuple[str, ...]:
        """The Compose files that it pins, relative to the working directory."""
        return tuple(self._relative(path) for path in self.document.compose.files)

    @property
    def env_files(self) -> tuple[str, ...]:
        """The env files that it pins, relative to the working directory."""
        return tuple(self._relative(path) for path in self.document.compose.env_files)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that it pins."""
        return self.document.compose.profiles

    @property
    def output(self) -> str | None:
        """The tree's folder that it pins, relative to the working directory."""
        return None if self.document.output is None else self._relative(self.document.output)


def mapping_schema() -> dict[str, Any]:
    """The JSON schema of a mapping spec."""
    schema = Document.model_json_schema()
    return {**schema, "title": "compose2qt mapping spec", "patternProperties": {"^x-": {}}}


def load_spec(path: Path, shown: str, collector: Collector) -> Spec:
    """Read the mapping spec ``path``, called ``shown`` in messages; ``InputError`` with every problem."""
    return parse_spec(read_text(path, shown), shown, collector)


def parse_spec(text: str, shown: str, collector: Collector) -> Spec:
    """The mapping spec that ``text`` holds; as ``load_spec``."""
    documents = read_yaml(text, shown, collector)
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        raise InputError.of(
            "mapping-empty" if root is None or (isinstance(root, Scalar) and root.value is None) else "mapping-not-a-mapping",
            "a mapping spec is a YAML mapping, and there is none",
            root.span if root else Span(shown, 1, 1),
            "write at least `version: 1`",
        )
    tree = root.with_entries({key: node for key, node in root.entries.items() if not _is_ignored(key, node)})
    collector.check()
    try:
        return Spec(Document.model_validate(plain(tree)), tree, shown)
    except ValidationError as error:
        problems = [_diagnostic(item, tree) for item in error.errors(include_url=False, include_input=False)]
    for problem in sorted((*problems, *missing_reasons(tree)), key=lambda problem: problem.span or tree.span):
        collector.add(problem)
    raise InputError(collector)


def _is_ignored(key: str, node: Node) -> bool:
    return key.startswith("x-") or (isinstance(node, Scalar) and node.value is None)


# Reasons ------------------------------------------------------------------------------------------------------------


def missing_reasons(tree: Mapping) -> Iterator[Diagnostic]:
    """Targets and claims that are merged, renamed or added without saying why."""
    for section, what in (("targets", "target"), ("storage", "claim")):
        entries = tree.get(section)
        for name, node in entries.entries.items() if isinstance(entries, Mapping) else ():
            if isinstance(node, Mapping) and node.get("reason") is None and (change := _change(name, node)):
                yield Diagnostic(
                    "no-reason",
                    Severity.ERROR,
                    f"the {what} {name} {change} and gives no reason",
                    entries.key_span(name) if isinstance(entries, Mapping) else None,
                    "add `reason:` with a sentence for those who review it",
                )


def _change(name: str, node: Mapping) -> str:
    """What makes a target or claim need a reason; empty if it only sets what stays the same thing."""
    sources, service = node.get("from"), node.get("service")
    if isinstance(sources, Sequence):
        given = [item.value for item in sources.items if isinstance(item, Scalar)]
        if not given:
            return "is added"
        if len(given) > 1:
            return "merges several"
        if given not in ([name], [f"./{name}"]):
            return f"renames {given[0]}"
    if isinstance(service, Scalar) and service.value != name:
        return f"is renamed to {service.value} for others"
    return ""


# pydantic's errors with places --------------------------------------------------------------------------------------

_MESSAGES = {
    "missing": "the key {key!r} is missing",
    "extra_forbidden": "there is no key {key!r} here",
    "dict_type": "this must be a mapping",
    "model_type": "this must be a mapping",
    "model_attributes_type": "this must be a mapping",
    "tuple_type": "this must be a list",
    "string_type": "this must be a text",
    "int_type": "this must be a whole number",
    "bool_type": "this must be true or false",
    "bool_parsing": "this must be true or false",
    "literal_error": "this must be {expected}",
    "string_too_short": "this must not be empty",
    "too_short": "this must not be empty",
    "greater_than_equal": "this must be at least {ge}",
    "less_than_equal": "this must be at most {le}",
    "string_pattern_mismatch": "this is not in its form",
}


def _diagnostic(item: Any, tree: Mapping) -> Diagnostic:
    """One of pydantic's errors, at the key or value that it is about."""
    kind, path = item["type"], tuple(item["loc"])
    context = {"key": path[-1] if path else "", **item.get("ctx", {})}
    key, node = _find(tree, path)
    about_key = kind in ("missing", "extra_forbidden") or path[-1:] == ("[key]",)
    message = _MESSAGES[kind].format(**context) if kind in _MESSAGES else context.get("message", item["msg"])
    fix = context.get("fix") or (nearest(str(path[-1]), _known_keys(path[:-1])) if kind == "extra_forbidden" else _help(path))
    code = {"missing": "key-missing", "extra_forbidden": "unknown-key"}.get(kind, kind if "fix" in context else "bad-value")
    return Diagnostic(code, Severity.ERROR, f"{_shown(path)}{message}", key if about_key else node.span, fix)


def _shown(path: tuple[str | int, ...]) -> str:
    parts = [str(part) for part in path if part != "[key]"]
    return f"{'.'.join(parts)[:120]}: " if parts else ""


def _find(root: Mapping, path: tuple[str | int, ...]) -> tuple[Span, Node]:
    """The place of the last key of ``path`` that exists, and the node there; pydantic's own steps are passed over."""
    key, node = root.span, root
    found: Node = node
    for step in path:
        if isinstance(found, Mapping) and str(step) in found.entries:
            key, found = found.key_span(str(step)), found.entries[str(step)]
        elif isinstance(found, Sequence) and isinstance(step, int) and step < len(found.items):
            found = found.items[step]
            key = found.span
    return key, found


def _known_keys(path: tuple[str | int, ...]) -> list[str]:
    """The keys that the schema knows at ``path``."""
    return [key for one in _schemas(path) for key in one.get("properties", {})]


def _help(path: tuple[str | int, ...]) -> str:
    """What the key at ``path`` means."""
    named = [step for step in path if isinstance(step, str) and step != "[key]"]
    meanings = [one["description"] for one in _schemas(path) if "description" in one]
    return f"`{named[-1]}`: {' '.join(meanings[0].split())}" if meanings and named else _HELP


def _schemas(path: tuple[str | int, ...]) -> list[dict[str, Any]]:
    """The parts of the schema that describe ``path``, outermost first where they refer to one another."""
    schema = mapping_schema()
    found = [schema]
    for step in path:
        found = [below for one in found for below in _below(one, step, schema)]
    return found


def _below(schema: dict[str, Any], step: str | int, root: dict[str, Any]) -> list[dict[str, Any]]:
    if step == "[key]":
        return [schema]
    properties = schema.get("properties", {})
    below = schema.get("items") if isinstance(step, int) else properties.get(step, schema.get("additionalProperties"))
    return _variants(below, root) if isinstance(below, dict) else []


def _variants(schema: dict[str, Any], root: dict[str, Any]) -> list[dict[str, Any]]:
    """``schema`` and what it refers to."""
    if "$ref" in schema:
        return [schema, *_variants(root["$defs"][schema["$ref"].rpartition("/")[2]], root)]
    return [schema, *(variant for part in schema.get("anyOf", ()) for variant in _variants(part, root))]
