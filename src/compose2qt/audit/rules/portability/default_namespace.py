"""POR013."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "POR013",
    "default-namespace",
    Severity.INFO,
    fix="leave metadata.namespace out and choose it when applying, or give the system a namespace of its own",
)
def default_namespace(system: System) -> Iterator[Flag]:
    """Objects are pinned to the namespace `default`, where everything else lands too. Told once for the tree."""
    found = [item for item in system.objects if item.namespace == "default"]
    if found:
        yield flag(found[0], f"{len(found)} objects are pinned to the namespace default", "metadata", "namespace")
