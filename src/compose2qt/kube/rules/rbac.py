"""Roles and their bindings. Source: ``pkg/apis/rbac/validation``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import has, items, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping


@rule("role-rule", "PolicyRule")
def role_rule(policy: Mapping) -> Iterator[Violation]:
    """A rule of a role has verbs, and resources with their API groups, or paths without either."""
    if not items(policy, "verbs"):
        yield Violation("the rule allows nothing", ("verbs",), "list the verbs")
    if items(policy, "nonResourceURLs"):
        if items(policy, "resources") or items(policy, "apiGroups"):
            yield Violation("nonResourceURLs rule out resources", ("nonResourceURLs",), "make two rules of it")
    elif not items(policy, "resources") or not items(policy, "apiGroups"):
        yield Violation("the rule needs apiGroups and resources", (), 'write apiGroups: [""] for the core group')


@rule("paths-in-a-namespace", "Role")
def paths_in_a_namespace(role: Mapping) -> Iterator[Violation]:
    """Paths that are no resources belong to no namespace: a ClusterRole allows them."""
    for index, policy in enumerate(items(role, "rules")):
        if items(policy, "nonResourceURLs"):
            yield Violation("a Role allows no paths", ("rules", index, "nonResourceURLs"), "make it a ClusterRole")


@rule("binding-subject", "RoleBinding", "ClusterRoleBinding")
def binding_subject(binding: Mapping) -> Iterator[Violation]:
    """A service account as a subject of a ClusterRoleBinding names its namespace; a user or group has none."""
    for index, subject in enumerate(items(binding, "subjects")):
        kind = text(subject, "kind")
        if kind == "ServiceAccount" and text(binding, "kind") == "ClusterRoleBinding" and not text(subject, "namespace"):
            yield Violation("a service account lives in a namespace", ("subjects", index), "write its namespace")
        if kind in {"User", "Group"} and has(subject, "namespace"):
            yield Violation(f"a {kind.lower()} lives in no namespace", ("subjects", index, "namespace"), "remove it")
