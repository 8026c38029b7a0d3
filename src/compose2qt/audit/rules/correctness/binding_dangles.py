"""COR048."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR048",
    "binding-dangles",
    Severity.WARNING,
    fix="add the role or the account, or correct the name",
    kinds=("RoleBinding", "ClusterRoleBinding"),
)
def binding_dangles(item: Object, system: System) -> Iterator[Flag]:
    """A binding names a Role or a ServiceAccount that the tree does not hold, so it grants nothing.

    ClusterRoles are not asked for: every cluster brings its own.
    """
    role = item.text("roleRef", "name")
    if item.text("roleRef", "kind") == "Role" and not system.get("Role", role, item):
        yield flag(item, f"no Role {role} is in the tree", "roleRef", "name")
    for index, subject in enumerate(items(item.at("subjects"))):
        name = text(subject, "name")
        is_account = text(subject, "kind") == "ServiceAccount" and name != "default"
        if is_account and not system.get("ServiceAccount", name, item, text(subject, "namespace")):
            yield flag(item, f"no ServiceAccount {name} is in the tree", "subjects", index, "name")
