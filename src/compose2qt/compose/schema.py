"""The JSON schema of Compose files, derived from the table: for editors, and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compose2qt.compose.spec import NAME, PATTERNS, root

if TYPE_CHECKING:
    from compose2qt.compose.spec import Attribute

_TYPES = {
    "str": "string",
    "int": "integer",
    "num": "number",
    "bool": "boolean",
    "null": "null",
    "list": "array",
    "map": "object",
}
_VARIABLE = {"pattern": r"\$"}
"""A text that is known only with values for its variables."""
_PAIR_VALUES = ["string", "number", "boolean", "null"]


def compose_schema() -> dict[str, Any]:
    """A JSON schema (2020-12) that accepts what Docker Compose's own accepts."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Docker Compose file",
        **_schema(root()),
    }


def _schema(row: Attribute) -> dict[str, Any]:
    """What a value at ``row`` may be."""
    types = sorted(_TYPES[kind] for kind in row.types if kind != "date")  # which JSON has as text
    made: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
    if row.enum:
        made["if"], made["then"] = {"type": "string"}, {"anyOf": [{"enum": list(row.enum)}, _VARIABLE]}
    if row.match in PATTERNS:
        made["anyOf"] = [{"pattern": f"^({PATTERNS[row.match]})$"}, _VARIABLE]
    if row.span is not None:
        low, high = row.span
        made["minimum"] = low
        if high != float("inf"):
            made["maximum"] = high
    if "list" in row.types:
        made["items"] = _schema(row.item) if row.item is not None else {"type": "string"}
        if row.has_unique_items:
            made["uniqueItems"] = True
    if "map" in row.types:
        made.update(_mapping(row))
    return made


def _mapping(row: Attribute) -> dict[str, Any]:
    named = {key: _schema(below) for key, below in row.keys.items() if key not in ("*", "[]")}
    if row.wildcard is not None:
        keys = "^[a-z]+$" if row.match == "ulimit" else f"^{NAME}$" if row.has_names else ""
        made: dict[str, Any] = {"patternProperties": {keys: _schema(row.wildcard)}}
        if row.has_names:
            made["additionalProperties"] = False
        return made
    if not named:
        return _free(row)
    made = {"properties": named}
    if not row.is_open:
        made["additionalProperties"] = False
        if not row.is_closed:
            made["patternProperties"] = {"^x-": {}}
    if row.need:
        made["required"] = list(row.need)
    if row.any:
        made["anyOf"] = [{"required": [key]} for key in row.any]
    return made


def _free(row: Attribute) -> dict[str, Any]:
    """A mapping whose keys the user chooses."""
    if row.bind in ("pairs", "environment") or row.form in ("pairs_map", "ssh"):
        return {"patternProperties": {".+": {"type": _PAIR_VALUES}}, "additionalProperties": False}
    if row.bind == "hosts":
        hosts = {"type": ["string", "array"], "items": {"type": "string"}}
        return {"patternProperties": {".+": hosts}, "additionalProperties": False}
    if not row.values:
        return {}
    if row.values == {"str"}:
        return {"patternProperties": {".+": {"type": "string"}}, "additionalProperties": False}
    types = sorted(_TYPES[kind] for kind in row.values)
    scalars = [kind for kind in types if kind != "array"]
    return {"additionalProperties": {"type": types, **({"items": {"type": scalars}} if "array" in types else {})}}
