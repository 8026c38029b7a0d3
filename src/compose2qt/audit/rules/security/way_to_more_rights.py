"""SEC031."""

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


_WAYS = {
    ("pods/exec", "create"): "enters every pod",
    ("pods/attach", "create"): "enters every pod",
    ("serviceaccounts/token", "create"): "makes tokens of other accounts",
    ("roles", "bind"): "gives itself every role",
    ("clusterroles", "bind"): "gives itself every role",
    ("roles", "escalate"): "gives itself every right",
    ("clusterroles", "escalate"): "gives itself every right",
    ("users", "impersonate"): "acts as every user",
    ("groups", "impersonate"): "acts as every group",
    ("nodes/proxy", "get"): "reaches every kubelet",
}


@rule(
    "SEC031",
    "way-to-more-rights",
    Severity.WARNING,
    fix="leave the verb out; let a controller made for it do the task",
    kinds=("Role", "ClusterRole"),
)
def way_to_more_rights(item: Object) -> Iterator[Flag]:
    """A role holds a verb by which its owner gets rights that it does not name."""
    for index, entry in enumerate(items(item.at("rules"))):
        verbs, resources = texts(at(entry, ("verbs",))), texts(at(entry, ("resources",)))
        ways = [_WAYS[pair] for pair in ((r, v) for r in resources for v in verbs) if pair in _WAYS]
        if ways:
            yield flag(item, f"whoever has it {ways[0]}", "rules", index, "verbs")
