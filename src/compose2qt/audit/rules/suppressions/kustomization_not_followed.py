"""AUD005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System


@rule(
    "AUD005",
    "kustomization-not-followed",
    Severity.WARNING,
    fix="report what is applied: kubectl kustomize FOLDER > rendered.yaml, then --manifests rendered.yaml",
)
def kustomization_not_followed(system: System) -> Iterator[Flag]:
    """A kustomization asks for something that this report does not follow: what is applied differs from what is judged here.

    Followed are resources, components, patches (of both kinds), namespace, prefix and suffix of names, labels, images and
    replicas. Replacements, Helm charts, plugins, and what lies elsewhere (an address, a missing file) are not; nor is a tree in
    which several kustomizations build on one file, where the folder of one of them has to be named.
    """
    for what, span in system.tree.unfollowed:
        yield Flag(f"not followed: {what}", span=span)
