"""The idiom of a rule: a declared generator of violations about one Kubernetes type.

A rule names the types that it is about (``PodSpec``, ``Probe``, ``Service``, or ``*`` for every object); the walk over the
schema calls it for each node of that type, in whatever kind it stands. It may ask for ``minor``, the target version's
second number, or ``root``, the whole object, by the names of its parameters. Its docstring is its page.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.source import Mapping, Path

    Check = TypeVar("Check", bound=Callable[..., Iterator["Violation"]])

EVERY_OBJECT = "*"


class Violation(NamedTuple):
    """What is wrong at ``path`` below the node that the rule was given, and what to do."""

    message: str
    path: Path = ()
    fix: str = ""


class Rule(Struct, frozen=True):
    """A declared rule: ``code`` never changes, ``page`` is its documentation."""

    code: str
    types: tuple[str, ...]
    check: Callable[..., Iterator[Violation]]
    page: str
    asks: tuple[str, ...] = ()

    def violations(self, node: Mapping, minor: int, root: Mapping) -> Iterator[Violation]:
        """What the rule has to say about ``node``."""
        if not self.asks:
            return self.check(node)
        known = {"minor": minor, "root": root}
        return self.check(node, **{name: known[name] for name in self.asks})


_declared: dict[str, Rule] = {}


def rule(code: str, *types: str) -> Callable[[Check], Check]:
    """Declare a rule about nodes of ``types``."""

    def declare(check: Check) -> Check:
        assert code not in _declared, f"{code} is declared twice"  # noqa: S101 - a bug of the rule
        asks = tuple(inspect.signature(check).parameters)[1:]
        _declared[code] = Rule(code, types, check, inspect.getdoc(check) or "", asks)
        return check

    return declare


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of its declaration: by topic."""
    import compose2qt.kube.rules  # noqa: F401, PLC0415 - the topics register themselves

    return tuple(_declared.values())
