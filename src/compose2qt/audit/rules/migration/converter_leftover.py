"""MIG016."""

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


_PREFIXES = ("kompose.", "io.kompose.", "move2kube.")


@rule(
    "MIG016",
    "converter-leftover",
    Severity.INFO,
    fix="remove it; choose labels of your own for selectors",
)
def converter_leftover(item: Object) -> Iterator[Flag]:
    """A label or annotation that another converter left. It means nothing to the cluster, unless a selector leans on it."""
    for field in ("annotations", "labels"):
        key = next((key for key in entries(item.at("metadata", field)) if key.startswith(_PREFIXES)), "")
        if key:
            yield flag(item, f"{key} was left by a converter", "metadata", field, key)
