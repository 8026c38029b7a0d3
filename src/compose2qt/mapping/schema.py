"""The JSON schema of a mapping spec, for editors: made from the types that read it."""

from __future__ import annotations

import inspect
import typing
from typing import Any, Literal

from msgspec import Meta, to_builtins

from compose2qt.mapping.reading import Before, Part, Short, keys, stated, unmarked

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_BOUNDS = {"pattern": "pattern", "min_length": "minLength", "ge": "minimum", "le": "maximum"}

Schema = dict[str, Any]


def schema_of(part: type[Part]) -> Schema:
    """The JSON schema of a document, with those of its sections as definitions."""
    sections: dict[str, Schema] = {}
    own = _section(part, sections)
    return {"$defs": dict(sorted(sections.items())), **own}


def _section(part: type[Part], sections: dict[str, Schema]) -> Schema:
    needed = [key.name for key in keys(part) if key.is_needed]
    return {
        "additionalProperties": False,
        "description": inspect.getdoc(part) or "",
        "properties": {
            key.name: {
                **_schema(key.wanted, sections),
                **({} if key.is_needed else {"default": _default(key.default)}),
                "description": _description(key.wanted),
            }
            for key in keys(part)
        },
        **({"required": needed} if needed else {}),
        "title": part.__name__,
        "type": "object",
    }


def _default(value: object) -> object:
    return {} if isinstance(value, Part) else to_builtins(value)


def _description(declared: Any) -> str:
    _, marks = unmarked(declared)
    return next(mark for mark in marks if isinstance(mark, str))


def _schema(declared: Any, sections: dict[str, Schema], around: tuple[Any, ...] = ()) -> Schema:
    wanted, marks = unmarked(declared, around)
    shorts = [{"type": _TYPES[kind]} for mark in marks if isinstance(mark, Short) for kind in mark.takes]
    if (inner := stated(wanted)) is not None:
        value = _schema(inner, sections, tuple(mark for mark in marks if not isinstance(mark, Short)))
        return {"anyOf": [*shorts, *value.get("anyOf", [value]), {"type": "null"}]}
    if shorts:
        return {"anyOf": [*shorts, _long(wanted, marks, sections)]}
    written = [{"type": _TYPES[kind]} for mark in marks if isinstance(mark, Before) for kind in mark.takes]
    return ({"anyOf": written} if len(written) > 1 else written[0]) if written else _long(wanted, marks, sections)


def _long(wanted: Any, marks: tuple[Any, ...], sections: dict[str, Schema]) -> Schema:
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if isinstance(wanted, type) and issubclass(wanted, Part):
        if wanted.__name__ not in sections:
            sections[wanted.__name__] = {}
            sections[wanted.__name__] = _section(wanted, sections)
        return {"$ref": f"#/$defs/{wanted.__name__}"}
    if origin is Literal:
        kind = {"type": _TYPES[type(arguments[0])]}
        return {"const": arguments[0], **kind} if len(arguments) == 1 else {"enum": list(arguments), **kind}
    least = {"minItems" if origin is tuple else "minProperties": one for one in _given(marks, "min_length")}
    if origin is tuple:
        return {"items": _schema(arguments[0], sections), **least, "type": "array"}
    if origin is dict:
        key = _schema(arguments[0], sections)
        names = {"propertyNames": {"enum": key["enum"]}} if "enum" in key else {}
        return {"additionalProperties": _schema(arguments[1], sections), **least, **names, "type": "object"}
    bounds = {name: one for field, name in _BOUNDS.items() for one in _given(marks, field)}
    return {**bounds, "type": _TYPES[wanted]}


def _given(marks: tuple[Any, ...], field: str) -> list[Any]:
    """What the marks say about ``field``; the last one counts."""
    return [one for mark in marks if isinstance(mark, Meta) and (one := getattr(mark, field)) is not None][-1:]
