"""COR021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "COR021",
    "rewrite-collapses-paths",
    Severity.ERROR,
    fix="leave it out, or keep the rest of the path with a capture group: path /api(/|$)(.*) and target /$2",
    kinds=("Ingress",),
)
def rewrite_collapses_paths(item: Object) -> Iterator[Flag]:
    """An Ingress rewrites the path of every request to one fixed path.

    `rewrite-target: /` of ingress-nginx replaces the whole path: `/api/users` reaches the backend as `/`. Only a capture group
    keeps the rest of it. An Ingress whose only path is `/` is flagged too: each of its pages becomes the front page.
    """
    key = "nginx.ingress.kubernetes.io/rewrite-target"
    target = item.text("metadata", "annotations", key)
    if target and "$" not in target:
        yield flag(item, f"every request reaches its backend as {target}", "metadata", "annotations", key)
