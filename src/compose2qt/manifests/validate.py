"""A whole tree against the rules of an API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compose2qt.diagnostic import Diagnostic
    from compose2qt.manifests.model import Tree


def validate(tree: Tree, version: str) -> list[Diagnostic]:  # noqa: ARG001 - the rules are about to come
    """What is wrong with ``tree`` for Kubernetes ``version``."""
    return []
