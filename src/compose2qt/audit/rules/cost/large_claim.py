"""COS006."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import amount, flag
from compose2qt.diagnostic import Severity
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


class Largest(Struct, frozen=True):
    """What is large for one claim."""

    size: Quantity = Quantity.parse("500Gi")


@rule(
    "COS006",
    "large-claim",
    Severity.INFO,
    fix="begin smaller: a claim can grow (allowVolumeExpansion), but never shrink",
    kinds=("PersistentVolumeClaim",),
    options=Largest(),
)
def large_claim(item: Object, options: Largest) -> Iterator[Flag]:
    """A claim is large: clouds charge for its size whether it is used or not, and it cannot be made smaller."""
    size = amount(item.at("spec", "resources", "requests", "storage"))
    if size is not None and size > options.size:
        yield flag(item, f"it asks for {size.binary}", "spec", "resources", "requests", "storage")
