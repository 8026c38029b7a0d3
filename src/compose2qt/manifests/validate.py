"""What an API server of a version would refuse in a tree, and what could never work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Diagnostic, Severity
from compose2qt.kube.reading import dotted
from compose2qt.kube.validator import minor_of, problems
from compose2qt.source import Mapping, Sequence

if TYPE_CHECKING:
    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node, Path, Span


def validate(tree: Tree, version: str) -> list[Diagnostic]:
    """Every violation in ``tree`` for Kubernetes ``version`` (``1.30`` to ``1.37``), in the order of files and objects.

    ``ValueError`` if the version is not a supported one.
    """
    minor = minor_of(version)
    return [_diagnostic(item, *problem) for item in tree.objects for problem in problems(item.root, minor)]


def _diagnostic(item: Object, code: str, message: str, path: Path, fix: str) -> Diagnostic:
    where = f" {dotted(path)}" if path else ""
    return Diagnostic(code, Severity.ERROR, f"{item.id}{where}: {message}", place(item.root, path), fix)


def place(root: Mapping, path: Path) -> Span:
    """Where ``path`` stands under ``root``: the key of its last step, or the deepest part of it that is written."""
    node: Node = root
    span = root.span
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            span, node = node.key_span(step), node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            span = node.span
        else:
            break
    return span
