"""SEC008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_false, is_true, number
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


@rule(
    "SEC008",
    "may-run-as-root",
    Severity.INFO,
    fix="set securityContext.runAsNonRoot to true, once the image is known to run as another user",
)
def may_run_as_root(container: Container, system: System) -> Iterator[Flag]:
    """Nothing keeps a container from running as root: the image decides. Pod Security: restricted."""
    waived = is_false(container.pod.at("hostUsers")) and system.version >= (1, 35)
    user = number(container.setting("runAsUser"), -1)
    if not is_true(container.setting("runAsNonRoot")) and not waived and user != 0:
        of_image = f"the image of container {container.name} decides its user"
        of_pod = f"container {container.name} runs as {user}, but the restricted level wants runAsNonRoot, too"
        yield container.flag(of_image if user < 0 else of_pod, "securityContext", "runAsNonRoot")
