"""Which variables of the project give a secret its value: equal ones are one secret, whatever else is equal by chance."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.source import Scalar, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.source import Span
    from compose2qt.workload import Origin, Secret

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-?+]([^${}]*))?\})")
"""A variable in a text of the input, and what stands for it where it is not set."""


class Giving(Struct, frozen=True, dict=True):
    """The variables of a project, and where its documents use them."""

    project: Project

    @cached_property
    def _texts(self) -> dict[Span, str]:
        every = (leaf for document in self.project.documents for _, leaf in leaves(document.root))
        return {leaf.span: text for leaf in every if "$" in (text := _text(leaf))}

    def givers(self, origins: Iterable[Origin], value: str) -> frozenset[str]:
        """The variables at ``origins`` that have ``value``; none if it is written out there."""
        spans = [origin.span for origin in origins if origin.span is not None] if value else []
        found = (match for span in spans for match in _VARIABLE.findall(self._texts.get(span, "")))
        return frozenset(
            plain or braced
            for plain, braced, default in found
            if (self.project.variables.get(plain or braced) or default) == value
        )

    def with_variables(self, secrets: Iterable[Secret]) -> Iterator[Secret]:
        """``secrets`` with the variables that give their keys the values that they have."""
        for secret in secrets:
            found = {
                key: tuple(sorted(self.givers(held.origins, held.value.reveal()))) for key, held in secret.data if held.value
            }
            yield replace(secret, variables=tuple((key, names) for key, names in found.items() if names))

    def is_one(self, left: Iterable[Origin], right: Iterable[Origin], value: str) -> bool:
        """Whether ``value`` is one secret in both places: different variables have the same value by chance."""
        givers, others = self.givers(left, value), self.givers(right, value)
        return not givers or not others or not givers.isdisjoint(others)


def _text(leaf: object) -> str:
    return str(leaf.value) if isinstance(leaf, Scalar) else ""
