"""SEC011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


@rule(
    "SEC011",
    "host-namespace",
    Severity.ERROR,
    fix="leave it out: publish ports with a Service, and watch the node with an agent made for it",
)
def host_namespace(pod: Pod) -> Iterator[Flag]:
    """A pod shares the network, processes or memory of its node: it sees and reaches what others run there.

    Pod Security: baseline.
    """
    for field, what in (("hostNetwork", "network"), ("hostPID", "processes"), ("hostIPC", "shared memory")):
        if is_true(pod.at(field)):
            yield pod.flag(f"it shares the {what} of its node", field)
