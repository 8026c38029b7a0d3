"""POR005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object
    from compose2qt.source import Path


_SUCCESSORS = {
    "kubernetes.io/ingress.class": "spec.ingressClassName",
    "volume.beta.kubernetes.io/storage-class": "spec.storageClassName",
    "scheduler.alpha.kubernetes.io/critical-pod": "priorityClassName",
    "seccomp.security.alpha.kubernetes.io/pod": "securityContext.seccompProfile",
    "service.alpha.kubernetes.io/tolerate-unready-endpoints": "spec.publishNotReadyAddresses",
}


@rule(
    "POR005",
    "legacy-annotation",
    Severity.WARNING,
    fix="use the field that took its place",
)
def legacy_annotation(item: Object) -> Iterator[Flag]:
    """An annotation that a field has replaced: newer clusters ignore it without a word."""
    places: list[Path] = [("metadata", "annotations")]
    if item.pod_path and item.kind != "Pod":
        places.append((*item.pod_path[:-1], "metadata", "annotations"))
    for path in places:
        for key in entries(item.at(*path)):
            if key in _SUCCESSORS:
                yield flag(item, f"{key} became {_SUCCESSORS[key]}", *path, key)
