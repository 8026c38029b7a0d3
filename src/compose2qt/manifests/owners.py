"""Workloads that another object of the same tree makes: a dump of a cluster holds a Deployment, its ReplicaSets and their pods.

Source: ``metadata.ownerReferences``, of which one is the controller. The object in the middle may be missing from the dump: its
name is that of its own controller with a suffix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.kube.reading import flag, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compose2qt.manifests.model import Object

_ABOVE = {"ReplicaSet": "Deployment", "Job": "CronJob"}
"""What makes the owners that a dump may lack."""


def marked(objects: Sequence[Object]) -> tuple[Object, ...]:
    """``objects``, those not applied that run pods and are made by another of them."""
    known = {(item.namespace, item.kind, item.name) for item in objects if item.applied}
    return tuple(replace(item, applied=False) if _is_made(item, known) else item for item in objects)


def _is_made(item: Object, known: set[tuple[str, str, str]]) -> bool:
    if item.pod_path is None or not item.applied:
        return False
    return any((item.namespace, kind, name) in known for kind, name in _makers(item))


def _makers(item: Object) -> Iterator[tuple[str, str]]:
    """The kind and name of the controller of ``item``, and of the one above it."""
    for owner in items(item.root, "metadata", "ownerReferences"):
        kind, name = text(owner, "kind"), text(owner, "name")
        if flag(owner, "controller"):
            yield kind, name
            if kind in _ABOVE:
                yield _ABOVE[kind], name.rpartition("-")[0]
