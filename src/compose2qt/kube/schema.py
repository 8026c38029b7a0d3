"""Walks an object along its schema: unknown fields, wrong types, missing fields, words outside of an enumeration.

The types are compiled per version when first reached, together with the rules about them, so that one walk does all.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct, field

from compose2qt.diagnostic import nearest
from compose2qt.kube.base64text import is_base64
from compose2qt.kube.enums import ENUMS
from compose2qt.kube.pack import pack, valid_at
from compose2qt.kube.reading import is_null, shown
from compose2qt.kube.registry import EVERY_OBJECT, Rule, rules
from compose2qt.kube.stages import FIELDS, Stage
from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.kube.pack import Type
    from compose2qt.source import Node, Path

Chain = tuple["Chain | None", "str | int"]
"""A path as it grows on the way down: the steps before it, and the last step."""


class Problem(NamedTuple):
    """What is wrong at ``path`` of an object, by a stable ``code``, and what to do."""

    code: str
    message: str
    path: Path
    fix: str = ""


class Walk(Struct):
    """One object on its way through the schema."""

    root: Mapping
    minor: int
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, chain: Chain | None, fix: str = "", below: Path = ()) -> None:
        """Note a problem at ``below`` under ``chain``."""
        self.problems.append(Problem(code, message, (*steps(chain), *below), fix))


def steps(chain: Chain | None) -> Path:
    """``chain`` as a path."""
    found: list[str | int] = []
    while chain is not None:
        chain, step = chain
        found.append(step)
    return tuple(reversed(found))


class Checker(Protocol):
    """What a compiled type does with a node that is not null."""

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """Note what is wrong with ``node`` and below it."""


class Anything:
    """A type without any rule."""

    __slots__ = ()

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """Nothing is wrong."""


class Plain(Struct, frozen=True):
    """A scalar: ``accepts`` says whether a value may stand here, ``name`` is what people call the type."""

    name: str
    accepts: Callable[[object], bool]
    code: str = "wrong-type"

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """A scalar of the type."""
        if isinstance(node, Scalar) and self.accepts(node.value):
            return
        fix = f"write {self.name}"
        if isinstance(node, Scalar) and not isinstance(node.value, str) and self.accepts("1"):
            fix = "write it in quotes"
        code = self.code if isinstance(node, Scalar) and isinstance(node.value, str) else "wrong-type"
        walk.add(code, f"it takes {self.name}, not {_kind(node)}", chain, fix)


class Enumeration(Struct, frozen=True):
    """A string that is one of a few words."""

    words: tuple[str, ...]

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """One of the words."""
        value = node.value if isinstance(node, Scalar) else None
        if value in self.words:
            return
        if not isinstance(value, str):
            walk.add("wrong-type", f"it takes a string, not {_kind(node)}", chain, f"one of {_list(self.words)}")
            return
        walk.add("unknown-value", f"{shown(value)} is none of {_list(self.words)}", chain, nearest(value, self.words))


class List(Struct, frozen=True):
    """A list; ``keys`` tell its items apart."""

    item: Checker
    keys: tuple[str, ...] = ()

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """A list of items of the type, no two of them with the same keys."""
        if not isinstance(node, Sequence):
            walk.add("wrong-type", f"it takes a list, not {_kind(node)}", chain, "begin each item with a dash")
            return
        item = self.item.check
        for index, part in enumerate(node.items):
            if not (isinstance(part, Scalar) and part.value is None):
                item(part, (chain, index), walk)
            elif isinstance(self.item, Fields):
                walk.add("wrong-type", "the item is null", (chain, index), "give it a value, or remove it")
        if self.keys and len(node.items) > 1:
            self._unique(node, chain, walk)

    def _unique(self, node: Sequence, chain: Chain | None, walk: Walk) -> None:
        seen: dict[tuple[object, ...], int] = {}
        for index, part in enumerate(node.items):
            identity = _identity(part, self.keys)
            if identity is None:
                continue
            if identity in seen:
                walk.add(
                    "duplicate-item",
                    f"item {seen[identity]} has the same {' and '.join(self.keys)}",
                    (chain, index),
                    "keep one of the two: server-side apply refuses both, and otherwise the last one wins",
                )
            seen.setdefault(identity, index)


class Map(Struct, frozen=True):
    """A mapping of any keys to one type."""

    value: Checker

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """A mapping whose values are of the type; null is the type's empty value."""
        if not isinstance(node, Mapping):
            walk.add("wrong-type", f"it takes a mapping, not {_kind(node)}", chain, "write key: value pairs")
            return
        value = self.value.check
        for key, part in node.entries.items():
            if not (isinstance(part, Scalar) and part.value is None):
                value(part, (chain, key), walk)
            elif self.value is QUANTITY:
                walk.add("wrong-type", "null is the quantity 0 here", (chain, key), "write the amount, or remove the key")


class Gated(Struct, frozen=True):
    """A field that the target version does not honour, by its ``stage``."""

    stage: Stage

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:  # noqa: ARG002 - the signature of a checker
        """It may not be used."""
        on = self.stage.on
        since = f"works without a feature gate from 1.{on} on" if on is not None else "is still alpha"
        if on is not None and walk.minor >= on:
            since = "was turned off again in this version"
        walk.add(
            "field-not-enabled",
            f"the field {since}; the target is 1.{walk.minor}, which drops it silently",
            chain,
            "leave it out" if on is None else f"leave it out, or target 1.{max(on, *self.stage.off, 0)} or newer",
        )


class Fields(Struct):
    """A type with fields, compiled on first use, and the rules about it."""

    name: str
    minor: int
    known: dict[str, Checker] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    rules: tuple[tuple[Rule, frozenset[str] | None], ...] = ()
    """Each with the keys without which it has nothing to say."""
    by_keys: dict[tuple[str, ...], tuple[Rule, ...]] = field(default_factory=dict)
    """The rules that may say something, by the keys of a node: few combinations come again and again."""
    is_compiled: bool = False

    def check(self, node: Node, chain: Chain | None, walk: Walk) -> None:
        """A mapping with known fields of their types, none missing, and nothing that a rule objects to."""
        if not isinstance(node, Mapping):
            walk.add("wrong-type", f"it takes a mapping, not {_kind(node)}", chain, "write key: value pairs")
            return
        if not self.is_compiled:
            self.compile()
        known = self.known
        for key, value in node.entries.items():
            checker = known.get(key)
            if checker is None:
                walk.add("unknown-field", f"unknown field {shown(key)}", (chain, key), self._advice(key))
            elif not (isinstance(value, Scalar) and value.value is None):
                checker.check(value, (chain, key), walk)
        for key in self.required:
            found = node.entries.get(key)
            if found is None or is_null(found):
                walk.add("missing-field", f"{key} is missing", chain, f"add {key}")
        for rule in self._rules_for(tuple(node.entries)):
            for violation in rule.violations(node, walk.minor, walk.root):
                walk.add(rule.code, violation.message, chain, violation.fix, violation.path)

    def _rules_for(self, keys: tuple[str, ...]) -> tuple[Rule, ...]:
        found = self.by_keys.get(keys)
        if found is None:
            found = tuple(rule for rule, subjects in self.rules if subjects is None or not subjects.isdisjoint(keys))
            self.by_keys[keys] = found
        return found

    def compile(self) -> None:
        """Make the checkers of the fields; types refer to each other, so not before they are needed."""
        self.is_compiled = True
        simple = self.name.rpartition(".")[2]
        body = valid_at(pack().types.get(self.name, ()), pack().row(self.minor)) or {}
        words = ENUMS.get(simple, {})
        self.required = tuple(key[:-1] for key in body if key.endswith("!"))
        self.rules = tuple((rule, rule.subjects(self.minor)) for rule in rules_about(simple))
        for written, part in body.items():
            key = written.removesuffix("!")
            stage = FIELDS.get((simple, key))
            if stage is not None and not stage.works(self.minor):
                self.known[key] = Gated(stage)
            elif key in words:
                enumeration = Enumeration(words[key])
                self.known[key] = List(enumeration) if isinstance(part, list) else enumeration
            else:
                self.known[key] = checker_of(part, self.minor)

    def _advice(self, key: str) -> str:
        """What to do about an unknown field: one of another version, or the nearest known one."""
        for first, _, body in pack().types.get(self.name, ()):
            if (key in body or f"{key}!" in body) and first > pack().row(self.minor):
                return f"it exists from 1.{pack().minor(first)} on; the target is 1.{self.minor}"
            if key in body or f"{key}!" in body:
                return f"Kubernetes 1.{self.minor} does not have it any more: leave it out"
        return nearest(key, self.known)


def _kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node.value, bool):
        return "a boolean (YAML reads yes, no, on and off as booleans, too)"
    return {"str": "this string", "int": "a number", "float": "a number", "NoneType": "null"}.get(
        type(node.value).__name__, "this"
    )


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(word or '""' for word in words)


def _identity(node: Node, keys: tuple[str, ...]) -> tuple[object, ...] | None:
    """What tells an item apart; None if it lacks a key. A protocol that is not written is TCP."""
    if not isinstance(node, Mapping):
        return None
    found: list[object] = []
    for key in keys:
        part = node.entries.get(key)
        value = part.value if isinstance(part, Scalar) else None
        if value is None and key != "protocol":
            return None
        found.append("TCP" if value is None else value)
    return tuple(found)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_integer(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def _within(bits: int) -> Callable[[object], bool]:
    span = range(-(2 ** (bits - 1)), 2 ** (bits - 1))
    return lambda value: _is_integer(value) and int(value) in span  # type: ignore[call-overload]  # an integer


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_port_like(value: object) -> bool:
    return isinstance(value, str) or _within(32)(value)


@lru_cache(maxsize=4096)
def _parses(text: str) -> bool:
    try:
        Quantity.parse(text)
    except ValueError:
        return False
    return text == text.strip()


def _is_quantity(value: object) -> bool:
    return _parses(value) if isinstance(value, str) else _is_number(value)


QUANTITY = Plain("a quantity such as 250m, 1.5 or 512Mi", _is_quantity, "bad-quantity")
_PLAIN: dict[str, Checker] = {
    "any": Anything(),
    "string": Plain("a string", _is_text),
    "boolean": Plain("true or false", _is_bool),
    "integer": Plain("a whole number", _is_integer),
    "int32": Plain("a whole number of 32 bits", _within(32)),
    "int64": Plain("a whole number of 64 bits", _within(64)),
    "number": Plain("a number", _is_number),
    "int-or-string": Plain("a whole number or a string", _is_port_like),
    "quantity": QUANTITY,
    "byte": Plain("base64 text", is_base64, "bad-base64"),
    "time": Plain("a time as text", _is_text),
}


@cache
def checker_of_name(name: str, minor: int) -> Checker:
    """The checker of a named type in 1.``minor``."""
    plain = _PLAIN.get(name)
    if plain is not None:
        return plain
    body = valid_at(pack().types.get(name, ()), pack().row(minor))
    if isinstance(body, dict) and "*" not in body:
        return Fields(name, minor)
    return checker_of(body or "any", minor)


def checker_of(part: Type, minor: int) -> Checker:
    """The checker of a type of the pack in 1.``minor``."""
    if isinstance(part, str):
        return checker_of_name(part, minor)
    if isinstance(part, list):
        return List(checker_of(part[0], minor), tuple(str(key) for key in part[1:]))
    return Map(checker_of(part["*"], minor))


@cache
def _rules_by_type() -> dict[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules():
        for name in rule.types:
            found.setdefault(name, []).append(rule)
    return {name: tuple(about) for name, about in found.items()}


def rules_about(name: str) -> tuple[Rule, ...]:
    """The rules about the type ``name``."""
    return _rules_by_type().get(name, ())


def rules_about_objects() -> tuple[Rule, ...]:
    """The rules about every object."""
    return rules_about(EVERY_OBJECT)
