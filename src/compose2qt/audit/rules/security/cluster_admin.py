"""SEC032."""

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
    "SEC032",
    "cluster-admin",
    Severity.ERROR,
    fix="grant a role with what the program needs",
    kinds=("RoleBinding", "ClusterRoleBinding"),
)
def cluster_admin(item: Object) -> Iterator[Flag]:
    """A binding grants every right: whoever takes over that program has the cluster."""
    if item.text("roleRef", "name") == "cluster-admin":
        yield flag(item, "it grants every right", "roleRef", "name")
