"""POR015."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.applying import MAX_ANNOTATIONS, remembered
from compose2qt.source import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "POR015",
    "too-large-to-remember",
    Severity.WARNING,
    fix="apply with kubectl apply --server-side (Argo CD: ServerSideApply=true), or split the object",
    kinds=("ConfigMap", "Secret", "CustomResourceDefinition"),
)
def too_large_to_remember(item: Object) -> Iterator[Flag]:
    """An object is too large for a plain `kubectl apply`, which keeps a copy of it in an annotation of at most 256 KiB.

    The API server then answers "metadata.annotations: Too long". An apply on the server's side keeps no copy.
    """
    if (size := remembered(plain(item.root))) > MAX_ANNOTATIONS:
        yield flag(item, f"kubectl apply would note {size:,} bytes in an annotation", "metadata", "name")
