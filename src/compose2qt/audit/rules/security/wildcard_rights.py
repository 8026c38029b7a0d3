"""SEC029."""

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
    "SEC029",
    "wildcard-rights",
    Severity.ERROR,
    fix="name the resources and the verbs that the program needs",
    kinds=("Role", "ClusterRole"),
)
def wildcard_rights(item: Object) -> Iterator[Flag]:
    """A role grants everything of something: `*` covers also what comes with the next version of the cluster."""
    for index, entry in enumerate(items(item.at("rules"))):
        for field in ("verbs", "resources", "apiGroups"):
            if "*" in texts(at(entry, (field,))) and field != "apiGroups":
                yield flag(item, f"it grants every one of {field}", "rules", index, field)
