"""SEC017."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_false
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "SEC017",
    "token-mounted",
    Severity.INFO,
    fix="set automountServiceAccountToken to false, unless the program calls the Kubernetes API",
)
def token_mounted(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod gets a token for the Kubernetes API although nothing says that it needs one.

    A pod with a service account of its own to which the tree grants a role is not flagged.
    """
    name = pod.text("serviceAccountName") or "default"
    account = system.get("ServiceAccount", name, pod.object)
    off = is_false(pod.at("automountServiceAccountToken"))
    off = off or (account is not None and is_false(account.at("automountServiceAccountToken")))
    if not off and name not in system.granted:
        yield pod.flag("it gets a token for the Kubernetes API", "automountServiceAccountToken")
