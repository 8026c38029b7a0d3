"""COR047."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "COR047",
    "service-account-missing",
    Severity.WARNING,
    fix="add the ServiceAccount, or leave the field out",
)
def service_account_missing(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod runs as a ServiceAccount that the tree does not hold: no pod is created until somebody adds it."""
    name = pod.text("serviceAccountName")
    if name not in ("", "default") and not system.get("ServiceAccount", name, pod.object):
        yield pod.flag(f"no ServiceAccount {name} is in the tree", "serviceAccountName")
