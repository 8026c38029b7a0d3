"""COS001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.audit.system import same_namespace
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Drop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COS001",
    "idle-claim",
    Severity.WARNING,
    fix="mount it, or remove it",
    kinds=("PersistentVolumeClaim",),
    patch=(Drop(("storage", "{object}"), only=(("from", []),)),),
)
def idle_claim(item: Object, system: System) -> Iterator[Flag]:
    """No pod of the tree mounts a claim: its storage is paid for and holds nothing. One that is held back will want its own."""
    users = [pod.object for pod in system.mounting.get(item.name, ())]
    if not any(same_namespace(user.namespace, item.namespace) for user in users) and item.name not in system.claims_kept:
        yield flag(item, "nothing mounts it", "spec", "resources", "requests", "storage", facts={})
