"""What becomes of each attribute, for people: a page for each unit, group and section, from the registries."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.compose import spec
from compose2qt.lower.ownership import owners
from compose2qt.lower.registry import GROUPS, NESTED, OF_THE_POD, UNITS, Fidelity
from compose2qt.lower.sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.lower.registry import Lost


class Page(Struct, frozen=True):
    """What becomes of one attribute; ``losses`` is by the code that reports carry."""

    title: str
    fidelity: str
    text: str
    fills: tuple[str, ...] = ()
    losses: tuple[tuple[str, Lost], ...] = ()
    parts: tuple[str, ...] = ()
    """The attributes below it, as the table of the Compose language writes them."""


@cache
def pages() -> dict[str, Page]:
    """Every page by its attribute, in the order of their names: sections first, then the attributes of services."""
    return {page.title: page for page in (*_sections(), *_containers(), *_units())}


def pages_of(subject: str) -> tuple[Page, ...]:
    """The pages of an attribute (``deploy.replicas``, of a service or of the whole), a part of one, or a loss."""
    known = pages().values()
    code = subject.removeprefix("services.")
    names = (subject, f"services.{subject}")
    if found := tuple(page for page in known if any(code == lost for lost, _ in page.losses)):
        return found
    return tuple(page for page in known if page.title in names) or tuple(page for page in known if _has_part(page, code))


def _has_part(page: Page, subject: str) -> bool:
    """Whether ``subject`` is an attribute below that of ``page``, such as ``ports.target`` for ``ports[].target``."""
    steps = subject.replace("[]", "").split(".")
    paths = (part.replace("[]", "").split(".") for part in page.parts)
    return any(
        len(path) == len(steps) and all(one in (step, "*") for one, step in zip(path, steps, strict=True)) for path in paths
    )


def _sections() -> Iterator[Page]:
    owned = _parts("section ")
    for name, section in sorted(SECTIONS.items()):
        losses = tuple(
            (f"{name}.{key.replace('_', '-') or 'no-counterpart'}", lost) for key, lost in (section.losses or {}).items()
        )
        fidelity = Fidelity.NONE if "" in (section.losses or {}) else Fidelity.PARTIAL if losses else Fidelity.FULL
        parts = owned.get(name, ()) if name not in ("services", "jobs") else ()
        yield Page(name, fidelity, section.page, losses=losses, parts=parts)


def _containers() -> Iterator[Page]:
    for name in sorted(GROUPS):
        inner = ", ".join(f"`services.{unit}`" for unit in sorted(UNITS) if unit.startswith(f"{name}."))
        yield Page(f"services.{name}", Fidelity.PARTIAL, f"It groups {inner}.")
    for name, text in sorted(NESTED.items()):
        yield Page(f"services.{name}", Fidelity.PARTIAL, text)
    losses = tuple((f"pod.{code}", lost) for code, lost in OF_THE_POD.items())
    yield Page("pod", Fidelity.PARTIAL, "What services that run in one pod say of it together.", losses=losses)


def _units() -> Iterator[Page]:
    owned = _parts("unit ")
    for name, unit in sorted(UNITS.items()):
        losses = tuple((f"{name}.{code}", lost) for code, lost in unit.losses.items())
        fills = tuple(dict.fromkeys(field.name for field in unit.fields))
        yield Page(f"services.{name}", unit.fidelity, unit.page, fills, losses, owned.get(name, ()))


def _parts(kind: str) -> dict[str, tuple[str, ...]]:
    """The paths that each owner has below its own, by the owner's name."""
    found: dict[str, list[str]] = {}
    for path in sorted(spec.paths()):
        if path.startswith("jobs.*.") and "triggers" not in path:
            continue
        (owner,) = owners(path)
        name = owner.removeprefix(kind)
        below = path.removeprefix("services.*.").removeprefix("jobs.*.")
        if owner.startswith(kind) and below != name and not below.startswith("pre_start[]."):
            found.setdefault(name, []).append(below)
    return {name: tuple(parts) for name, parts in found.items()}
