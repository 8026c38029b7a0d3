"""A rule's patch for one place: its edits with the facts of a flag filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from compose2qt.audit.subject import Flag
    from compose2qt.mapping.edit import Drop, Put


def filled(patch: tuple[Put | Drop, ...], flag: Flag) -> tuple[Put | Drop, ...]:
    """The edits of ``patch`` for ``flag``; none if the rule gave no facts for it."""
    if flag.facts is None:
        return ()
    facts = {"object": flag.object.name if flag.object else "", **flag.facts}
    return tuple(
        replace(edit, **{name: _filled(getattr(edit, name), facts) for name in edit.__struct_fields__}) for edit in patch
    )


def _filled(value: Any, facts: dict[str, str | int]) -> Any:
    if isinstance(value, str):
        # A text that is one fact is that fact, so that a number stays one.
        return facts[value[1:-1]] if value[:1] == "{" and value[1:-1] in facts else value.format_map(facts)
    if isinstance(value, dict):
        return {_filled(key, facts): _filled(item, facts) for key, item in value.items()}
    return type(value)(_filled(item, facts) for item in value) if isinstance(value, list | tuple) else value
