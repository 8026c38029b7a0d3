"""The idiom of a rule: a declared generator of flags about one subject.

The type of the first parameter says what a rule is asked about: an ``Object`` (of the declared kinds), a ``Pod``, a
``Container``, a ``Loss`` of the ledger, or the whole ``System``. A rule that compares asks for ``system`` by name, one with
thresholds for ``options``: the instance of a record that the declaration names. The docstring is the rule's page.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.diagnostic import Severity
    from compose2qt.mapping.edit import Drop, Put

    Check = TypeVar("Check", bound=Callable[..., Iterator[Flag]])

SUBJECTS = ("Object", "Pod", "Container", "Loss", "System")
AREAS = {
    "COR": "correctness",
    "REL": "reliability",
    "SEC": "security",
    "POR": "portability",
    "MIG": "migration",
    "COS": "cost",
    "AUD": "the audit itself",
}
"""What the letters of a code stand for."""


class Rule(Struct, frozen=True):
    """A declared pattern: ``code`` and ``name`` never change, ``page`` is its documentation."""

    code: str
    name: str
    severity: Severity
    fix: str
    page: str
    subject: str
    check: Callable[..., Iterator[Flag]]
    kinds: tuple[str, ...] = ()
    options: Any = None
    """The thresholds: a frozen Struct; None for a rule without any."""
    asks: tuple[str, ...] = ()
    patch: tuple[Put | Drop, ...] = ()
    """The edits of a mapping spec that repair what it flags; ``{name}`` stands for a fact of the flag."""

    @property
    def area(self) -> str:
        """What the rule is about: correctness, reliability, security, portability, migration or cost."""
        return AREAS[self.code[:3]]

    def flags(self, subject: object, system: System, options: object = None) -> Iterator[Flag]:
        """What the rule has to say about ``subject``."""
        if not self.asks:
            return self.check(subject)
        known = {"system": system, "options": options or self.options}
        return self.check(subject, **{name: known[name] for name in self.asks})


_declared: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    severity: Severity,
    *,
    fix: str,
    kinds: tuple[str, ...] = (),
    options: object = None,
    patch: tuple[Put | Drop, ...] = (),
) -> Callable[[Check], Check]:
    """Declare a rule; ``kinds`` limits a rule about objects to these, ``options`` are its default thresholds.

    ``patch`` is for rules whose repair is mechanical: edits of a mapping spec in which ``{object}`` is the name of the flagged
    object, and other names are facts of the flag.
    """

    def declare(check: Check) -> Check:
        parameters = list(inspect.signature(check).parameters.values())
        subject = str(parameters[0].annotation)
        assert subject in SUBJECTS, f"{code}: a rule is about one of {SUBJECTS}, not {subject}"  # noqa: S101 - a bug of the rule
        assert code not in _declared, f"{code} is declared twice"  # noqa: S101 - a bug of the rule
        asks = tuple(parameter.name for parameter in parameters[1:])
        page = inspect.getdoc(check) or ""
        _declared[code] = Rule(code, name, severity, fix, page, subject, check, kinds, options, asks, patch)
        return check

    return declare


def rules() -> tuple[Rule, ...]:
    """Every rule under ``compose2qt.audit.rules``, by area and number."""
    package = importlib.import_module("compose2qt.audit.rules")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    order = list(AREAS)
    return tuple(sorted(_declared.values(), key=lambda found: (order.index(found.code[:3]), found.code)))
