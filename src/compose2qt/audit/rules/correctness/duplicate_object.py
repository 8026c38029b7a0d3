"""COR024."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR024",
    "duplicate-object",
    Severity.ERROR,
    fix="keep one of them, or rename one",
)
def duplicate_object(system: System) -> Iterator[Flag]:
    """The tree defines one object twice: whichever is applied last wins, silently. kustomize refuses such a tree.

    In a tree of others, whose folders may be variants of each other, only within one file.
    """
    seen: dict[tuple[str, ...], Object] = {}
    for item in system.objects:
        group = item.api_version.rpartition("/")[0]
        file = "" if system.tree.is_complete else item.file
        key = (group, item.kind, item.namespace, item.name, file)
        if item.name and key in seen:
            yield flag(item, f"{item.id} is defined at {seen[key].file}:{seen[key].span.line} too", "metadata", "name")
        seen.setdefault(key, item)
