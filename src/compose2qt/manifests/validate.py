"""What an API server of a version would refuse in a tree, and what could never work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.validator import minor_of, problems
from compose2qt.manifests.consistency import violation, violations

if TYPE_CHECKING:
    from compose2qt.diagnostic import Diagnostic
    from compose2qt.kube.schema import Problem
    from compose2qt.manifests.model import Object, Tree


def validate(tree: Tree, version: str) -> list[Diagnostic]:
    """Every violation in ``tree`` for Kubernetes ``version`` (``1.30`` to ``1.37``): object by object, then between them.

    ``ValueError`` if the version is not a supported one.
    """
    minor = minor_of(version)
    found = [_diagnostic(item, problem) for item in tree.objects for problem in problems(item.root, minor)]
    return [*found, *violations(tree)]


def _diagnostic(item: Object, problem: Problem) -> Diagnostic:
    return violation(problem.code, item, problem.path, problem.message, problem.fix)
