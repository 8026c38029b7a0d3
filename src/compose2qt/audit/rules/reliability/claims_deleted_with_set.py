"""REL025."""

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
    "REL025",
    "claims-deleted-with-set",
    Severity.WARNING,
    fix="set persistentVolumeClaimRetentionPolicy to Retain",
    kinds=("StatefulSet",),
)
def claims_deleted_with_set(item: Object) -> Iterator[Flag]:
    """Deleting or scaling down a StatefulSet deletes its claims, and with them the data."""
    for when in ("whenDeleted", "whenScaled"):
        path = ("spec", "persistentVolumeClaimRetentionPolicy", when)
        if item.text(*path) == "Delete":
            yield flag(item, f"its data is deleted ({when})", *path)
