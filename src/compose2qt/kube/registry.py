"""The idiom of a rule: a declared generator of violations about one Kubernetes type.

A rule names the types that it is about (``PodSpec``, ``Probe``, ``Service``, or ``*`` for every object); the walk over the
schema calls it for each node of that type, in whatever kind it stands. It may ask for ``minor``, the target version's
second number, or ``root``, the whole object, by the names of its parameters. Its docstring is its page.
"""

from __future__ import annotations

import inspect
from collections import abc
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from msgspec import Struct

from compose2qt.source import Mapping, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.source import Node, Path

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

    def subjects(self, minor: int) -> frozenset[str] | None:
        """The keys without which the rule has nothing to say of a node; None if it may speak of any, or asks for its object.

        What a rule asks of an empty node, in vain, it asks of every node that lacks the same keys, and no more.
        """
        if "root" in self.asks:
            return None
        asked = _Asked()
        node = Mapping(cast("dict[str, Node]", asked), Span("", 1, 1))
        is_silent = next(self.violations(node, minor, node), None) is None
        return frozenset(asked.names) if is_silent and not asked.is_walked else None


class _Asked(abc.Mapping[str, "Node"]):
    """The entries of an empty node, which note what is asked of them."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.is_walked = False

    def __getitem__(self, name: str) -> Node:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        self.is_walked = True
        return iter(())

    def __len__(self) -> int:
        self.is_walked = True
        return 0


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
