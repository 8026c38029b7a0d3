"""The Compose language as one tree of attributes, made from the rows of ``table``.

``jobs`` and ``pre_start`` run containers as services do: they reuse the services' rows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.compose import table

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = r"[a-zA-Z0-9._-]+"
"""Names of services, jobs, networks, volumes, secrets, configs and models."""
PATTERNS = {
    "container": r"[\s\S]*[a-zA-Z0-9][a-zA-Z0-9_.-]+[\s\S]*",
    "pull": r"(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
STAGES = ("form", "bind", "cast", "late", "unique", "path")

_NOT_IN_JOBS = frozenset(
    "attach container_name deploy develop extends external_links links post_start pre_start pre_stop provider restart "
    "scale".split()
)
_NOT_IN_PRE_START = _NOT_IN_JOBS | frozenset("build depends_on expose healthcheck ports profiles stdin_open tty".split())


class Attribute(Struct):
    """A row of the table, with the rows below it; the page of ``table`` explains each option."""

    types: frozenset[str]
    form: str = ""
    bind: str = ""
    cast: str = ""
    late: str = ""
    merge: str = ""
    unique: str = ""
    is_path: bool = False
    is_context: bool = False
    is_host: bool = False
    enum: tuple[str, ...] = ()
    span: tuple[float, float] | None = None
    """The least and the greatest number."""
    match: str = ""
    values: frozenset[str] = frozenset()
    need: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    has_unique_items: bool = False
    has_names: bool = False
    is_open: bool = False
    is_closed: bool = False
    is_kept: bool = False
    is_opt_out: bool = False
    keys: dict[str, Attribute] = field(default_factory=dict)
    """The keys that have rows; ``*`` for any key, ``[]`` for the items of a list."""
    wildcard: Attribute | None = None
    """The row of ``*``."""
    item: Attribute | None = None
    """The row of the items of a list at this row."""
    stages: frozenset[str] = frozenset()
    """The stages that have something to do here or below."""

    def below(self, key: str) -> Attribute | None:
        """The row of ``key`` in a mapping at this row; None if it has none."""
        return self.keys.get(key, self.wildcard)

    def allows(self, text: str) -> bool:
        """Whether ``text`` has the shape that ``match=`` asks for."""
        pattern = _COMPILED.get(self.match)
        return pattern is None or pattern.fullmatch(text) is not None


@cache
def root() -> Attribute:
    """The table as a tree; built once, on first use."""
    top = Attribute(frozenset({"map"}))
    _plant(top, table.TOP)
    service, job = top.keys["services"].keys["*"], top.keys["jobs"].keys["*"]
    _plant(service, table.SERVICE)
    job.keys.update((name, row) for name, row in service.keys.items() if name not in _NOT_IN_JOBS)
    _plant(job, table.TRIGGERS)
    started = service.keys["pre_start"].keys["[]"]
    started.keys.update((name, row) for name, row in service.keys.items() if name not in _NOT_IN_PRE_START)
    _settle(top)
    return top


def _plant(top: Attribute, rows: str) -> None:
    """Hang ``rows`` below ``top``; a parent's row stands before its children's."""
    for line in rows.splitlines():
        if not line:
            continue
        path, types, *options = line.split()
        *parents, last = path.replace("[]", ".[]").split(".")
        owner = top
        for step in parents:
            owner = owner.keys[step]
        owner.keys[last] = _attribute(types, options)


def _attribute(types: str, options: list[str]) -> Attribute:
    named = dict(option.split("=", 1) for option in options if "=" in option)
    low, _, high = named.get("range", "").partition(":")
    return Attribute(
        frozenset(types.split("|")),
        named.get("form", ""),
        named.get("bind", ""),
        named.get("cast", ""),
        named.get("late", "int" if named.get("cast") == "int" else ""),
        named.get("merge", ""),
        named.get("unique", ""),
        "path" in options,
        "context" in options,
        "host" in options,
        _words(named, "enum"),
        (float(low), float(high or "inf")) if low else None,
        named.get("match", ""),
        frozenset(_words(named, "values")),
        _words(named, "need"),
        _words(named, "any"),
        "uniq" in options,
        "names" in options,
        "open" in options,
        "closed" in options,
        "keep" in options,
        "optout" in options,
    )


def _words(named: dict[str, str], option: str) -> tuple[str, ...]:
    return tuple(named[option].split("|")) if option in named else ()


def _settle(attribute: Attribute) -> frozenset[str]:
    """Note on each row what the stages will ask it for every node."""
    attribute.wildcard, attribute.item = attribute.keys.get("*"), attribute.keys.get("[]")
    own = {stage for stage in STAGES if stage != "path" and getattr(attribute, stage)}
    if attribute.is_path or "bind" in attribute.keys:
        own.add("path")  # a mount has a path in its source if its type is bind
    attribute.stages = frozenset(own.union(*(_settle(below) for below in attribute.keys.values())))
    return attribute.stages


def paths() -> frozenset[str]:
    """Every attribute path of the table; ``*`` is a user's key, ``[]`` an item."""
    return frozenset(_paths(root(), ""))


def _paths(attribute: Attribute, prefix: str) -> Iterator[str]:
    for step, below in attribute.keys.items():
        path = f"{prefix}[]" if step == "[]" else f"{prefix}.{step}".lstrip(".")
        if step not in ("*", "[]"):
            yield path
        yield from _paths(below, path)
