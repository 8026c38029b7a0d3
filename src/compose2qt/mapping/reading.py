"""What a person wrote, read by declared types: every problem at the place of its key or value, all at once.

A section is a ``Part``; the annotation of a field is the schema of its key, ``Annotated`` with what a type does not say:
a text (its meaning), ``Meta`` (bounds, a pattern), ``Before`` and ``After`` (changes and checks of a value), ``Short`` (other
forms of a section). Nothing that is wrong is quoted: it may be a secret.
"""

from __future__ import annotations

import re
import types
import typing
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, TypeAlias

from msgspec import NODEFAULT, Meta, Struct

from compose2qt.source import Mapping, Node, Scalar, Sequence, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.source import Path, Span

    Mark: TypeAlias = "str | Meta | Before | After | Short"
    Value: TypeAlias = "Callable[[object], Any]"
    Reader: TypeAlias = "Callable[[Node, Place, list[Problem]], Any]"


class WrongError(ValueError):
    """What is wrong with a value, by a stable code, and what to write instead; without advice the key's meaning is told."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        self.code, self.message, self.fix = code, message, fix
        super().__init__(message)


class Problem(NamedTuple):
    """Something wrong at ``path``, to be shown at ``span``; an unknown key may be one of ``known``."""

    code: str
    message: str
    path: Path
    span: Span
    fix: str = ""
    known: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a node stands: its path, and its key in the source."""

    path: Path
    key: Span


class Before(Struct, frozen=True):
    """A change of what is written, before its type is asked for; ``takes`` are the types that may be written."""

    change: Callable[[object], object]
    takes: tuple[type, ...] = ()


class After(Struct, frozen=True):
    """A check of a value that has its type; raises ``WrongError``."""

    check: Callable[[Any], Any]


class Short(Struct, frozen=True):
    """Another form of a section: ``change`` spells it out, and leaves other nodes as they are."""

    change: Callable[[Node], Node]
    takes: tuple[type, ...]


class Part(Struct, frozen=True, kw_only=True):
    """A section: unknown keys are refused; an empty one (``web:``) has its defaults."""

    given: frozenset[str] = frozenset()
    """The fields whose keys are written."""
    OWN: ClassVar = frozenset(("given",))

    def check(self) -> None:
        """Raise ``WrongError`` if keys do not fit together."""


class Key(NamedTuple):
    """A key of a section: the field that it fills, its type with its marks, and its default."""

    field: str
    name: str
    wanted: Any
    default: object

    @property
    def is_needed(self) -> bool:
        """Whether a section cannot be without it."""
        return self.default is NODEFAULT


@cache
def keys(part: type[Part]) -> tuple[Key, ...]:
    """The keys of a section, in the order of their declaration."""
    hints = typing.get_type_hints(part, include_extras=True)
    fields = zip(part.__struct_fields__, part.__struct_encode_fields__, part.__struct_defaults__, strict=True)
    return tuple(Key(field, name, hints[field], _default(given)) for field, name, given in fields if field not in part.OWN)


def _default(given: Any) -> object:
    return getattr(given, "factory", lambda: given)()


def read(part: type[Part], root: Mapping) -> tuple[Any, list[Problem]]:
    """The document that ``root`` holds, and every problem; with a problem the document is None."""
    problems: list[Problem] = []
    found = _part(part)(root, Place((), root.span), problems)
    return (None if problems else found), problems


def unmarked(wanted: Any, marks: tuple[Mark, ...] = ()) -> tuple[Any, tuple[Mark, ...]]:
    """A type without ``Annotated``, and its marks with ``marks`` around them."""
    if typing.get_origin(wanted) is Annotated:
        inner, *own = typing.get_args(wanted)
        return unmarked(inner, (*own, *marks))
    return wanted, marks


def stated(wanted: Any) -> Any | None:
    """The type that an optional type is when it is not None; None if ``wanted`` is not optional."""
    if typing.get_origin(wanted) not in (types.UnionType, typing.Union):
        return None
    return next(one for one in typing.get_args(wanted) if one is not types.NoneType)


# Nodes --------------------------------------------------------------------------------------------------------------


def _reader(declared: Any, around: tuple[Mark, ...] = ()) -> Reader:
    """What reads nodes as ``declared``; ``around`` are the marks of an optional type, which are about its value."""
    wanted, marks = unmarked(declared, around)
    shorts = [mark.change for mark in marks if isinstance(mark, Short)]
    if shorts:
        read_long = _reader(wanted, tuple(mark for mark in marks if not isinstance(mark, Short)))
        return lambda node, place, problems: read_long(_spelt_out(node, shorts), place, problems)
    if (inner := stated(wanted)) is not None:
        read_value = _reader(inner, marks)
        return lambda node, place, problems: None if _is_null(node) else read_value(node, place, problems)
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is tuple:
        return _list(_reader(arguments[0]), _least(marks))
    if origin is dict:
        return _map(value(arguments[0]), _reader(arguments[1]), _least(marks))
    if isinstance(wanted, type) and issubclass(wanted, Part):
        return _part(wanted)
    return _scalar(value(wanted, marks))


def _spelt_out(node: Node, shorts: Iterable[Callable[[Node], Node]]) -> Node:
    for change in shorts:
        node = change(node)
    return node


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _least(marks: Iterable[Mark]) -> int:
    """The fewest items that there must be."""
    return max((mark.min_length or 0 for mark in marks if isinstance(mark, Meta)), default=0)


def _bad(message: str, node: Node, place: Place) -> Problem:
    return Problem("bad-value", message, place.path, node.span)


def _scalar(check: Value) -> Reader:
    def read(node: Node, place: Place, problems: list[Problem]) -> Any:
        try:
            return check(plain(node))
        except WrongError as wrong:
            problems.append(Problem(wrong.code, wrong.message, place.path, node.span, wrong.fix))

    return read


def _list(item: Reader, least: int) -> Reader:
    def read(node: Node, place: Place, problems: list[Problem]) -> Any:
        if not isinstance(node, Sequence):
            problems.append(_bad("this must be a list", node, place))
            return ()
        if len(node.items) < least:
            problems.append(_bad("this must not be empty", node, place))
        places = (Place((*place.path, index), one.span) for index, one in enumerate(node.items))
        return tuple(item(one, at, problems) for one, at in zip(node.items, places, strict=True))

    return read


def _map(check_key: Value, entry: Reader, least: int) -> Reader:
    def read(node: Node, place: Place, problems: list[Problem]) -> Any:
        if not isinstance(node, Mapping):
            problems.append(_bad("this must be a mapping", node, place))
            return {}
        if len(node.entries) < least:
            problems.append(_bad("this must not be empty", node, place))
        found: dict[Any, Any] = {}
        for key, one in node.entries.items():
            at = Place((*place.path, key), node.key_span(key))
            try:
                found[check_key(key)] = entry(one, at, problems)
            except WrongError as wrong:
                problems.append(Problem(wrong.code, wrong.message, at.path, at.key, wrong.fix))
        return found

    return read


def _part(part: type[Part]) -> Reader:
    def read(node: Node, place: Place, problems: list[Problem]) -> Any:
        if not isinstance(node, Mapping) and not _is_null(node):
            problems.append(_bad("this must be a mapping", node, place))
            return None
        entries = node.entries if isinstance(node, Mapping) else {}
        before = len(problems)
        values: dict[str, Any] = {}
        known = _readers(part)
        for key, read_key in known.values():
            at = (*place.path, key.name)
            if (one := entries.get(key.name)) is not None:
                span = node.key_span(key.name) if isinstance(node, Mapping) else node.span
                values[key.field] = read_key(one, Place(at, span), problems)
            elif key.is_needed:
                problems.append(Problem("key-missing", f"the key {key.name!r} is missing", at, place.key))
        for name in entries:
            if name not in known:
                span = node.key_span(name) if isinstance(node, Mapping) else node.span
                unknown = f"there is no key {name!r} here"
                problems.append(Problem("unknown-key", unknown, (*place.path, name), span, known=tuple(known)))
        if len(problems) > before:
            return None
        made = part(**values, given=frozenset(values))
        try:
            made.check()
        except WrongError as wrong:
            problems.append(Problem(wrong.code, wrong.message, place.path, node.span, wrong.fix))
        return made

    return read


@cache
def _readers(part: type[Part]) -> dict[str, tuple[Key, Reader]]:
    return {key.name: (key, _reader(key.wanted)) for key in keys(part)}


# Values -------------------------------------------------------------------------------------------------------------


def value(declared: Any, around: tuple[Mark, ...] = ()) -> Value:
    """What checks plain values of a scalar type; raises ``WrongError``."""
    wanted, marks = unmarked(declared, around)
    changes = [mark.change for mark in marks if isinstance(mark, Before)]
    bounds = [_bounds(mark) for mark in marks if isinstance(mark, Meta)]
    checks = [mark.check for mark in marks if isinstance(mark, After)]
    steps = [*changes, _type(wanted), *bounds, *checks]

    def check(found: object) -> Any:
        for step in steps:
            found = step(found)
        return found

    return check


_KINDS = {str: "a text", int: "a whole number"}
_BOOLEANS = {
    **{form: True for word in ("true", "yes", "on", "y", "t") for form in (word, word.upper(), word.title())},
    **{form: False for word in ("false", "no", "off", "n", "f") for form in (word, word.upper(), word.title())},
}
"""The words that readers of YAML 1.1 take for a boolean, and that people write for one."""


def _type(wanted: Any) -> Value:
    if typing.get_origin(wanted) is Literal:
        return _one_of(typing.get_args(wanted))
    return _boolean if wanted is bool else _instance(wanted)


def _one_of(words: tuple[object, ...]) -> Value:
    shown = [repr(word) for word in words]
    expected = " or ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)

    def check(found: object) -> object:
        if not any(found == word and type(found) is type(word) for word in words):
            raise WrongError("bad-value", f"this must be {expected}")
        return found

    return check


def _instance(wanted: type) -> Value:
    def check(found: object) -> object:
        if type(found) is not wanted:
            raise WrongError("bad-value", f"this must be {_KINDS.get(wanted, wanted.__name__)}")
        return found

    return check


def _boolean(found: object) -> bool:
    known = _BOOLEANS.get(found) if isinstance(found, str) else found
    if not isinstance(known, bool):
        raise WrongError("bad-value", "this must be true or false")
    return known


def _bounds(meta: Meta) -> Value:
    pattern = re.compile(re.sub(r"\$$", r"\\Z", meta.pattern)) if meta.pattern else None

    def check(found: Any) -> Any:
        if meta.ge is not None and found < meta.ge:
            raise WrongError("bad-value", f"this must be at least {meta.ge}")
        if meta.le is not None and found > meta.le:
            raise WrongError("bad-value", f"this must be at most {meta.le}")
        if meta.min_length is not None and len(found) < meta.min_length:
            raise WrongError("bad-value", "this must not be empty")
        if pattern and not pattern.search(found):
            raise WrongError("bad-value", "this is not in its form")
        return found

    return check
