"""Changes as text, Markdown and data."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from compose2qt.diff.effects import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compose2qt.diff.change import Change, FieldChange

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_WIDTH = 100
_LIMIT = 65_536
"""Characters that a comment on a pull request may have."""


def render_text(changes: Sequence[Change]) -> str:
    """Each changed object with its effect and its fields; then their number."""
    lines = [line for change in changes for line in _lines(change)]
    return "\n".join([*lines, _count(changes), ""])


def _count(changes: Sequence[Change]) -> str:
    if not changes:
        return "no changes"
    verbs = Counter(change.verb for change in changes)
    # What is removed goes on for now: the worst is what happens on apply, if anything does.
    worst = max(changes, key=lambda change: (change.verb != "removed" or change.effect is Effect.BESIDE, change.effect))
    return ", ".join(f"{count} {verb}" for verb, count in verbs.items()) + f"; the worst of it {worst.told}"


def _lines(change: Change) -> Iterator[str]:
    yield f"{_SIGNS[change.verb]} {change.object}: {change.verb}, {change.told}"
    yield from (f"    ! {note}" for note in change.notes)
    for (item, sign), group in groupby(change.fields, _place):
        fields = tuple(group)
        if sign and any(_is_key(field, item) for field in fields):
            yield f"    {sign} {item}{_parts(fields, item)}{_note(change, max(field.effect for field in fields))}"
            continue
        for field in fields:
            yield f"    {readable(field.path)}: {_value(field.old)} -> {_value(field.new)}{_note(change, field.effect)}"


def _place(field: FieldChange) -> tuple[str, str]:
    """The item of a keyed list that a field belongs to, and whether the field is new or gone."""
    item, bracket, _ = readable(field.path).rpartition("].")
    return item + bracket[:1], "+" if field.old is None else "-" if field.new is None else ""


def _is_key(field: FieldChange, item: str) -> bool:
    """Whether the field is what its item is called by: then all of the item is new or gone."""
    key, value = item.rpartition("[")[2].removesuffix("]"), field.new or field.old
    return value == key or value in key.split("/")


def _parts(fields: Sequence[FieldChange], item: str) -> str:
    """The fields of an item, but for those that it is called by."""
    shown = (
        f"{readable(field.path).removeprefix(f'{item}.')} {_value(field.new if field.old is None else field.old)}"
        for field in fields
        if not _is_key(field, item)
    )
    text = ", ".join(shown)
    return f": {text}" if text else ""


def readable(path: str) -> str:
    """A JSON Pointer as people write it: ``spec.containers[web].volumeMounts[/srv].name``."""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])
    written = "".join(
        step if step.startswith("[") else f"[{step}]" if step.isdecimal() or set(step) & {".", "/"} else f".{step}"
        for step in steps
    )
    return written.removeprefix(".")


def _note(change: Change, effect: Effect) -> str:
    return f"  ({effect.label})" if effect is not change.of_fields else ""


def _value(text: str | None) -> str:
    if text is None:
        return "(absent)"
    shown = " ".join(text.split())
    return f"{shown[:_WIDTH]}..." if len(shown) > _WIDTH else shown or '""'


def _cell(change: Change) -> str:
    return "<br>".join((change.told, *change.notes)).replace("|", "\\|")


def render_markdown(changes: Sequence[Change]) -> str:
    """For a comment on a pull request: a table first, the fields folded; cut with a note if it is too long."""
    rows = [f"| {change.verb} | `{change.object}` | {_cell(change)} |" for change in changes]
    head = [f"**{_count(changes)}**", ""]
    if rows:
        head += ["| | object | on apply |", "| --- | --- | --- |", *rows, ""]
    text = "\n".join(head)
    for change in changes:
        if change.fields:
            body = "\n".join(_lines(change)).replace("```", "'''")
            text += f"\n<details><summary>{change.object}</summary>\n\n```\n{body}\n```\n</details>\n"
    if len(text) > _LIMIT:
        note = "\n\n(cut: the whole is what `compose2qt diff` prints)\n"
        room = _LIMIT - len(note)
        cut = text.rfind("\n<details>", 0, room)
        text = text[: cut if cut > 0 else text.rfind("\n", 0, room)] + note
    return text


def as_data(changes: Sequence[Change]) -> dict[str, Any]:
    """For ``--format json``."""
    return {
        "schema": "compose2qt/diff/v1",
        "changes": [
            {
                "object": change.object,
                "verb": change.verb,
                "effect": change.effect.code,
                "notes": list(change.notes),
                "fields": [
                    {
                        "path": field.path,
                        "old": field.old,
                        "new": field.new,
                        "effect": field.effect.code,
                    }
                    for field in change.fields
                ],
            }
            for change in changes
        ],
    }
