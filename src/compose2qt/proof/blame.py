"""Whose fault it is that an API server would refuse an object: a value of the input, or compose2qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.kube.reading import at
from compose2qt.source import Mapping, Sequence, leaves, pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.diagnostic import Diagnostic
    from compose2qt.manifests import Object, Tree
    from compose2qt.source import Node, Path, Span
    from compose2qt.workload import EmittedField


_OF_A_WHOLE = ("bad-annotation", "config-too-large")
"""Codes of what is too large together: its largest part is to blame."""


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
    for item in tree.objects:
        if violation.span is None or item.file != violation.span.file:
            continue
        held = given.get(item.id, {})
        for path in _paths(item, violation):
            steps = (pointer(path[:length]) for length in range(len(path), 0, -1))
            if (found := next((held[step] for step in steps if step in held), None)) is not None:
                return found
    return None


def _paths(item: Object, violation: Diagnostic) -> Iterator[Path]:
    """Where in ``item`` the value or key at the place of ``violation`` stands, the innermost first.

    A block mapping begins where its first key does, so that there may be several.
    """
    found = [path for path, span in _places(item.root, ()) if span == violation.span]
    if found and violation.code in _OF_A_WHOLE:
        inner = max(leaves(at(item.root, found[0]) or item.root), key=lambda leaf: len(str(getattr(leaf[1], "value", ""))))
        yield (*found[0], *inner[0])
    yield from reversed(found)


def _places(node: Node, path: Path) -> Iterator[tuple[Path, Span]]:
    yield path, node.span
    if isinstance(node, Mapping):
        for key, value in node.entries.items():
            yield (*path, key), node.key_span(key)
            yield from _places(value, (*path, key))
    elif isinstance(node, Sequence):
        for index, value in enumerate(node.items):
            yield from _places(value, (*path, index))
