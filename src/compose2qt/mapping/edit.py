"""Edits of a mapping spec that a person owns: the smallest change of its text, so that comments and layout stay.

An edit is data: the path of a value, and what should stand there. It is made at the places that YAML's events name, and then
read back: an edit whose text does not say exactly what it should (an anchor that others use, a merge, a form that is not known
here) is not made.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct

from compose2qt.diagnostic import Collector, InputError
from compose2qt.mapping.layout import Layout, Part, layout
from compose2qt.source import plain, read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

Data = Any
"""What YAML can hold."""


class Put(Struct, frozen=True):
    """``value`` stands at ``path``, with the sections on the way; instead of what stands there."""

    path: tuple[str, ...]
    value: Data
    remark: str = ""
    """A comment behind the value, where it gets a line of its own."""


class Drop(Struct, frozen=True):
    """The value at ``path`` is removed with its key, and the sections that it leaves empty.

    Only if it is a mapping that holds ``only``.
    """

    path: tuple[str | int, ...]
    only: tuple[tuple[str, Data], ...] = ()


SHORT_FORMS = {"resources": "use"}
"""Sections of which a text is a short form: ``resources: small`` is ``resources: {use: small}``."""
_PLAIN = re.compile(r"[A-Za-z0-9./][\w ,.'/()+=-]*(?<! )\Z")
_NOT_TEXT = re.compile(r"(?i:true|false|yes|no|on|off|null|y|n|~|0x[\da-f_]+|\.inf|\.nan)\Z|[\d.+-][\d._eExXob:+-]*\Z")


def edited(text: str, edit: Put | Drop) -> str | None:
    """``text`` with ``edit``; None if that is not possible without touching what the edit is not about."""
    before = _read(text)
    wanted = _put(before, edit.path, edit.value) if isinstance(edit, Put) else _dropped(before, edit)
    if wanted is None:
        return None
    if wanted == before:
        return text
    try:
        made = _written(text, edit)
        return made if made is not None and _read(made) == wanted else None
    except (InputError, yaml.YAMLError):
        return None


def _read(text: str) -> Data:
    collector = Collector()
    documents = read_yaml(text, "", collector)
    collector.check()
    return plain(documents[0]) if documents else {}


# What the document should say ---------------------------------------------------------------------------------------


def _put(data: Data, path: tuple[str, ...], value: Data) -> Data:
    if not path:
        return value
    step, *rest = path
    known = data if isinstance(data, dict) else {}
    return {**known, step: _put(_long(step, known.get(step), rest), tuple(rest), value)}


def _long(step: str, value: Data, rest: Sequence[str]) -> Data:
    return {SHORT_FORMS[step]: value} if rest and isinstance(value, str) and step in SHORT_FORMS else value


def _dropped(data: Data, edit: Drop) -> Data | None:
    """``data`` without what the edit removes; None if it is not there."""
    chain = [data]
    for step in edit.path:
        here = chain[-1]
        inside = (isinstance(here, dict) and step in here) or (isinstance(here, list) and step in range(len(here)))
        if not inside:
            return None
        chain.append(here[step])
    if edit.only and not (isinstance(chain[-1], dict) and dict(edit.only).items() <= chain[-1].items()):
        return None
    return _without(data, edit.path)


def _without(data: Data, path: tuple[str | int, ...]) -> Data:
    step, *rest = path
    below = _without(data[step], tuple(rest)) if rest else None
    if isinstance(data, list):
        return [below if index == step else item for index, item in enumerate(data) if index != step or below]
    return {key: below if key == step else item for key, item in data.items() if key != step or below}


# How the text says it -----------------------------------------------------------------------------------------------


def _written(text: str, edit: Put | Drop) -> str | None:
    if not text.strip() or not (root := layout(text)):
        return None
    made = _insertion(text, root, edit) if isinstance(edit, Put) else _removal(text, root, edit.path)
    return made.replace("\r\n", "\n").replace("\n", "\r\n") if made and "\r\n" in text else made


def _insertion(text: str, root: Layout, edit: Put) -> str | None:
    node, column, path = root, -2, edit.path
    while path and node.kind == "mapping" and (part := node.part(path[0])):
        node, column, path = part.value, part.key.column, path[1:]
    if node.kind == "alias":
        return None
    if node.kind == "mapping" and path:
        return _entry(text, node, path, edit)
    if node.kind == "scalar" and path and node.start == node.end:
        indent = " " * (column + 2)
        end = _line_end(text, node.end)
        return f"{text[:end]}\n{_block(path, edit.value, indent, edit.remark)}{text[end:]}"
    if node.kind == "scalar" and path:
        key = SHORT_FORMS.get(edit.path[len(edit.path) - len(path) - 1], "")
        value = _nested(path, edit.value)
        return (
            f"{text[: node.start]}{{{key}: {text[node.start : node.end]}, {flow(value)[1:]}{text[node.end :]}" if key else None
        )
    if path or (node.kind != "scalar" and not node.flow):
        return None
    gap = " " if node.start == node.end else ""
    return f"{text[: node.start]}{gap}{flow(edit.value)}{text[node.end :]}"


def _entry(text: str, node: Layout, path: tuple[str, ...], edit: Put) -> str:
    """The text with a new entry at the end of a mapping."""
    value = edit.value
    if not node.parts:
        return f"{text[: node.start]}{flow(_nested(path, value))}{text[node.end :]}"
    last = node.parts[-1]
    if node.flow:
        return f"{text[: last.end]}, {flow(_nested(path, value))[1:-1]}{text[last.end :]}"
    end = _line_end(text, last.end)
    lines = _block(path, value, " " * node.parts[0].key.column, edit.remark)
    apart = "\n" if node.parts[0].key.column == 0 and "\n\n" in text else ""
    return f"{text[:end]}\n{apart}{lines}{text[end:]}"


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end - (text[end - 1 : end] == "\r")


def _nested(path: tuple[str, ...], value: Data) -> Data:
    return {path[0]: _nested(path[1:], value)} if path else value


def _block(path: tuple[str, ...], value: Data, indent: str, remark: str = "") -> str:
    """``value`` at ``path`` as lines, without a line break at the end."""
    head = f"{indent}{_scalar(path[0])}:"
    if len(path) > 1:
        return f"{head}\n{_block(path[1:], value, indent + '  ', remark)}"
    if isinstance(value, dict) and value:
        return "\n".join([head, *(_block((key,), item, indent + "  ") for key, item in value.items())])
    return f"{head} {flow(value)}{f'  # {remark}' if remark else ''}"


def flow(value: Data) -> str:
    """``value`` in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Data) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    is_safe = _PLAIN.match(value) and not _NOT_TEXT.match(value)
    return value if is_safe and "," not in value else json.dumps(value, ensure_ascii=False)


def _removal(text: str, root: Layout, path: tuple[str | int, ...]) -> str | None:
    """The text without the part at ``path``, or without the largest section that holds nothing else."""
    node, chosen = root, None
    for step in path:
        if node.kind not in ("mapping", "sequence") or not (part := node.part(step)):
            return None
        if chosen is None or len(node.parts) > 1:
            chosen = (node, part)
        node = part.value
    if chosen is None or node.kind == "alias":
        return None
    start, end = _extent(text, *chosen)
    return None if start < 0 or re.search(r"(^|\s)#", text[start:end]) else text[:start] + text[end:]


def _extent(text: str, node: Layout, part: Part) -> tuple[int, int]:
    """From where to where a part stands, with the comma or the lines that are only its own; -1 if it shares a line."""
    index = node.parts.index(part)
    if node.flow:
        if index:
            return node.parts[index - 1].end, part.end
        return part.start, node.parts[1].start if len(node.parts) > 1 else part.end
    begin = text.rfind("\n", 0, part.start) + 1
    lead = text[begin : part.start].strip()
    end = min(_line_end(text, part.end) + (2 if text[_line_end(text, part.end) :][:1] == "\r" else 1), len(text))
    return (begin, end) if lead == ("-" if node.kind == "sequence" else "") else (-1, end)
