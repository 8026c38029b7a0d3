"""MIG017."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.source import Scalar, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


_PLACEHOLDER = re.compile(
    r"(?i)\b(?:replace[-_ ]?me|change[-_ ]?me|your[-_ ][a-z-]+[-_ ]here|todo|fixme|<[a-z-]+>)\b|\{\{ ?[\w.]+ ?\}\}"
)


@rule(
    "MIG017",
    "placeholder-left",
    Severity.WARNING,
    fix="fill in the value, or take it from a Secret or an overlay",
    kinds=("ConfigMap", "Ingress", "Gateway", "HTTPRoute", "Deployment", "StatefulSet", "DaemonSet"),
)
def placeholder_left(item: Object) -> Iterator[Flag]:
    """A value that somebody meant to replace is still there, in an object that is applied."""
    for path, leaf in leaves(item.root):
        value = leaf.value if isinstance(leaf, Scalar) else None
        found = _PLACEHOLDER.search(value) if isinstance(value, str) and len(value) < 200 else None
        if found:
            yield flag(item, f"{found[0]} was to be replaced", *path)
