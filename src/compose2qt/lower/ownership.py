"""Who answers for each attribute path of Compose: a unit, a group of units, or a top-level section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.lower.registry import GROUPS, NESTED, UNITS
from compose2qt.lower.sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNNING = ("services.*.", "jobs.*.")


def owners(path: str) -> tuple[str, ...]:
    """Every owner of ``path`` (as ``compose.spec.paths`` writes it); anything but one is a bug."""
    for prefix in _RUNNING:
        if path.startswith(prefix):
            return tuple(_owners_below(path.removeprefix(prefix)))
    return tuple(f"section {one}" for one in SECTIONS if _is_below(path, one))


def _owners_below(attribute: str) -> Iterator[str]:
    for nested in NESTED:
        inner = attribute.removeprefix(f"{nested}[].")
        if inner != attribute:
            own = [unit for unit in UNITS if _is_below(attribute, unit)]
            yield from (f"unit {unit}" for unit in own) if own else _owners_below(inner)
            return
        if attribute == nested:
            yield f"containers {nested}"
    yield from (f"unit {unit}" for unit in UNITS if _is_below(attribute, unit))
    if attribute in GROUPS:
        yield f"group {attribute}"


def _is_below(path: str, owner: str) -> bool:
    return path == owner or path.startswith((f"{owner}.", f"{owner}[]"))
