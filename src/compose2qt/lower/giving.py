"""Which variables of the project give a secret its value: equal ones are one secret, whatever else is equal by chance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.source import Scalar, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.source import Span
    from compose2qt.workload import Concealed, Secret, Traced

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-?+]([^${}]*))?\})")
"""A variable in a text of the input, and what stands for it where it is not set."""


def with_variables(project: Project, secrets: Iterable[Secret]) -> Iterator[Secret]:
    """``secrets`` with the variables that give their keys the values that they have."""
    documents = project.documents if (secrets := tuple(secrets)) else ()
    every = (leaf for document in documents for _, leaf in leaves(document.root))
    texts = {leaf.span: text for leaf in every if "$" in (text := _text(leaf))}
    for secret in secrets:
        found = {key: tuple(_variables(held, texts, project)) for key, held in secret.data} if texts else {}
        yield replace(secret, variables=tuple((key, names) for key, names in found.items() if names))


def _text(leaf: object) -> str:
    return str(leaf.value) if isinstance(leaf, Scalar) else ""


def _variables(held: Traced[Concealed | None], texts: dict[Span, str], project: Project) -> Iterator[str]:
    value = held.value.reveal() if held.value is not None else ""
    for origin in held.origins if value else ():
        text = texts.get(origin.span, "") if origin.span else ""
        for plain, braced, default in _VARIABLE.findall(text):
            if (project.variables.get(plain or braced) or default) == value:
                yield plain or braced
