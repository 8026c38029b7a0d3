"""What an API server of a version would refuse in a tree, and what could never work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Diagnostic, Severity
from compose2qt.kube.validator import minor_of, problems
from compose2qt.manifests.consistency import violation, violations
from compose2qt.manifests.listings import Listings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.kube.schema import Problem
    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Span


_TAKEN = frozenset(("unknown-field", "field-too-new", "created-not-applied"))


def validate(tree: Tree, version: str) -> list[Diagnostic]:
    """Every violation in ``tree`` for Kubernetes ``version`` (``1.30`` to ``1.37``): object by object, then between them.

    ``ValueError`` if the version is not a supported one.
    """
    minor = minor_of(version)
    found = [_diagnostic(item, problem) for item in tree.objects for problem in problems(item.root, minor)]
    return [*found, *_unreadable(tree), *violations(tree)]


def _unreadable(tree: Tree) -> Iterator[Diagnostic]:
    """Documents that are no objects, and what kustomizations list in vain."""
    for stray in tree.strays:
        fix = "write apiVersion, kind and metadata.name, or take it away"
        yield Diagnostic("no-object", Severity.ERROR, stray.why, stray.span, fix)
    for what, span in () if tree.is_complete else Listings(tree).missing():
        fix = "add it, or take it off the list"
        yield Diagnostic("resource-missing", Severity.ERROR, f"the kustomization lists {what}, which is not there", span, fix)


def refused(tree: Tree, version: str) -> dict[int, tuple[str, Span]]:
    """By ``id`` of the applied objects that an API server of ``version`` does not take: the first reason, and where.

    Fields that no schema knows are dropped, and kinds of groups that are not built in may be anybody's: these are taken.
    """
    minor = minor_of(version)
    found: dict[int, tuple[str, Span]] = {}
    for item in (one for one in tree.objects if one.applied):
        for problem in problems(item.root, minor):
            if problem.code not in _TAKEN:
                found.setdefault(id(item), (problem.message, item.span_of(problem.path)))
    return found


def _diagnostic(item: Object, problem: Problem) -> Diagnostic:
    return violation(problem.code, item, problem.path, problem.message, problem.fix)
