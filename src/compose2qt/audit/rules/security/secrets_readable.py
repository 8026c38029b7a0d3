"""SEC030."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, texts
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "SEC030",
    "secrets-readable",
    Severity.WARNING,
    fix="name the single Secrets in resourceNames, and grant get only",
    kinds=("Role", "ClusterRole"),
)
def secrets_readable(item: Object) -> Iterator[Flag]:
    """A role reads every Secret of its namespace, or of the cluster."""
    for index, entry in enumerate(items(item.at("rules"))):
        verbs = set(texts(at(entry, ("verbs",))))
        is_broad = not items(at(entry, ("resourceNames",)))
        if "secrets" in texts(at(entry, ("resources",))) and verbs & {"get", "list", "watch", "*"} and is_broad:
            yield flag(item, "it reads every Secret", "rules", index, "resources")
