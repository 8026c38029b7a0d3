"""REL018."""

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
    "REL018",
    "unmanaged-pod",
    Severity.WARNING,
    fix="make it a Deployment, or a Job if it ends",
    kinds=("Pod", "ReplicaSet", "ReplicationController"),
)
def unmanaged_pod(item: Object) -> Iterator[Flag]:
    """A bare Pod is gone with its node, and a bare ReplicaSet cannot roll out a change: nothing brings them back."""
    yield flag(item, f"nothing replaces a {item.kind} or rolls out its changes", "kind")
