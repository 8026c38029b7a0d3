"""Whose fault it is that an API server would refuse an object: a value of the input, or compose2qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.source import Mapping, Sequence, pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.diagnostic import Diagnostic
    from compose2qt.manifests import Object, Tree
    from compose2qt.source import Node, Path, Span
    from compose2qt.workload import EmittedField


def blame(
    violations: Iterable[Diagnostic], tree: Tree, fields: Iterable[EmittedField]
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """``violations`` in two parts: those of values that the input gave, at their places there, and our own.

    A value belongs to the input if it stands in a field, or below one, that a leaf of the Compose files or a decision of
    the mapping filled.
    """
    given: dict[str, dict[str, Span]] = {}
    for field in fields:
        given.setdefault(field.object, {}).setdefault(field.field, field.span)
    theirs: list[Diagnostic] = []
    ours: list[Diagnostic] = []
    for violation in violations:
        span = _source(violation, tree, given)
        if span is None:
            ours.append(violation)
        else:
            message = f"Kubernetes would refuse what this becomes: {violation.message}"
            theirs.append(replace(violation, message=message, span=span))
    return tuple(theirs), tuple(ours)


def _source(violation: Diagnostic, tree: Tree, given: dict[str, dict[str, Span]]) -> Span | None:
    """The leaf of the input behind the field that ``violation`` is about."""
    if violation.span is None:
        return None
    for item in tree.objects:
        if item.file == violation.span.file and (path := _path(item, violation.span)) is not None:
            held = given.get(item.id, {})
            steps = (pointer(path[:length]) for length in range(len(path), 0, -1))
            return next((held[step] for step in steps if step in held), None)
    return None


def _path(item: Object, span: Span) -> Path | None:
    """Where in ``item`` the value or key at ``span`` stands."""
    return next((path for path, at in _places(item.root, ()) if at == span), None)


def _places(node: Node, path: Path) -> Iterator[tuple[Path, Span]]:
    yield path, node.span
    if isinstance(node, Mapping):
        for key, value in node.entries.items():
            yield (*path, key), node.key_span(key)
            yield from _places(value, (*path, key))
    elif isinstance(node, Sequence):
        for index, value in enumerate(node.items):
            yield from _places(value, (*path, index))
