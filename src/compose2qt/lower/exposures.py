"""The secrets that stand in plain text in the input, wherever they go: whoever reads its git history knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.source import Scalar
from compose2qt.workload import Exposed
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.compose import Project
    from compose2qt.mapping.plan import Plan
    from compose2qt.source import Path, Span
    from compose2qt.workload import KnownSecrets

_VARIABLE = re.compile(r"(\$)\$|\$\{\w+:?[-+]([^${}]*)\}|\$\{[^{}]*\}|\$\w+")
"""A dollar that is one, and what is given from outside, with the text that stands for it where it is not set."""
_VALUES = frozenset(("environment", "args"))
"""Attributes whose entries are variables, each with a name of its own."""
_TEXTS = frozenset(("command", "entrypoint", "test", "labels", "content", "post_start", "pre_stop"))
"""Attributes in which a secret may stand among other words."""


def exposures(project: Project, plan: Plan, known: KnownSecrets) -> Iterator[Exposed]:
    """The leaves of Compose and env files that show a secret, in reading order: of services that are left out or inactive, too.

    A leaf that only names a variable shows nothing.
    """
    seen: set[Span] = set()
    for document in project.documents:
        for path, leaf in document.leaves:
            value = str(leaf.value) if isinstance(leaf, Scalar) and leaf.value is not None else ""
            name, value = _named(path, value)
            steps = frozenset(step for step in path if isinstance(step, str))
            is_variable = document.kind == "env" or not _VALUES.isdisjoint(steps)
            shown = name not in plan.plain_keys and (
                _is_secret(name, value, name in plan.secret_keys) if is_variable else _holds_secret(path, value, steps, known)
            )
            if shown and leaf.span not in seen:
                seen.add(leaf.span)
                yield Exposed(leaf.span, name, str(path[1]) if path[0] == "services" else "")


def _is_secret(name: str, value: str, is_named: bool) -> bool:
    """Whether the value of a variable is a secret that stands there: by its name only what does."""
    text, is_given = _written(value), _VARIABLE.search(value) is None
    stands = bool(text) and (is_given or any(match[2] for match in _VARIABLE.finditer(value)))
    return (stands and is_named) or secret_reason(name if stands else "", text) is not None


def _holds_secret(path: Path, value: str, steps: frozenset[str], known: KnownSecrets) -> bool:
    if path[:1] == ("secrets",):
        return "content" in steps and bool(_written(value))
    text = _written(value)
    return known.has(text) or (not _TEXTS.isdisjoint(steps) and secret_reason("", text) is not None)


def _written(value: str) -> str:
    """``value`` without what is given from outside."""
    return _VARIABLE.sub(lambda match: match[1] or match[2] or "", value).strip()


def _named(path: Path, value: str) -> tuple[str, str]:
    """The variable of a leaf, or the attribute that it stands in, and its value."""
    name, equals, rest = value.partition("=")
    if isinstance(path[-1], int) and equals and re.fullmatch(r"[\w.-]+", name):
        return name, rest
    return next((str(step) for step in reversed(path) if isinstance(step, str)), ""), value
