"""SEC035."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, labels
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "SEC035",
    "pod-security-not-enforced",
    Severity.INFO,
    fix="label it pod-security.kubernetes.io/enforce: baseline, and warn: restricted",
    kinds=("Namespace",),
)
def pod_security_not_enforced(item: Object) -> Iterator[Flag]:
    """A namespace states no Pod Security level, so that it accepts privileged pods too."""
    stated = labels(item.at("metadata", "labels"))
    if stated.get("pod-security.kubernetes.io/enforce", "privileged") == "privileged":
        yield flag(item, "it accepts privileged pods", "metadata", "labels")
