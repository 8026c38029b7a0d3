"""The last look for secrets: a value that is known to be one and still stands in a manifest (law 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Diagnostic, Severity
from compose2qt.kube.reading import dotted
from compose2qt.source import Scalar, leaves, pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.manifests import Tree
    from compose2qt.source import Mapping, Path, Span
    from compose2qt.workload import EmittedField, KnownSecrets

_FIX = (
    "give the program the secret by a variable or a file of its own; if the value is no secret, list the key that names it "
    "under plain_keys in the mapping"
)


def shown_secrets(project: Project, known: KnownSecrets, fields: Iterable[EmittedField], tree: Tree) -> list[Diagnostic]:
    """A problem for each value of Compose with a known secret in it whose fields hold that secret in ``tree``.

    Commands, variables, labels and files have lost theirs to Secrets by now; a folder or a host name cannot be taken from one.
    """
    suspects = set(_suspects(project, known)) if known.values else set()
    places: dict[str, dict[str, Span]] = {}
    for emitted in fields if suspects else ():
        if emitted.span in suspects:
            places.setdefault(emitted.object, {})[emitted.field] = emitted.span
    found: list[Diagnostic] = []
    for item in (one for one in tree.objects if one.id in places):
        for path, value in _texts(item.root):
            span = _origin(places[item.id], path)
            if span is not None and known.has(value):
                message = f"{item.id} would show a secret in {dotted(path)}"
                found.append(Diagnostic("secret-shown", Severity.ERROR, message, span, _FIX))
    return found


def _suspects(project: Project, known: KnownSecrets) -> Iterator[Span]:
    nodes = [*(service.node for service in project.services.values()), *project.jobs.values(), *project.volumes.values()]
    for node in nodes:
        for _, leaf in leaves(node):
            if isinstance(leaf, Scalar) and isinstance(leaf.value, str) and known.has(leaf.value):
                yield leaf.span


def _texts(root: Mapping) -> Iterator[tuple[Path, str]]:
    return ((path, leaf.value) for path, leaf in leaves(root) if isinstance(leaf, Scalar) and isinstance(leaf.value, str))


def _origin(places: dict[str, Span], path: Path) -> Span | None:
    """The suspect that a field comes from: its own, or that of a part around it."""
    field = pointer(path)
    while field and field not in places:
        field = field.rpartition("/")[0]
    return places.get(field)
