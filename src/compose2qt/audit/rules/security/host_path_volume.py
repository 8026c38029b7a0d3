"""SEC012."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod


@rule(
    "SEC012",
    "host-path-volume",
    Severity.ERROR,
    fix="use a claim for data, a ConfigMap for files, an emptyDir for scratch space",
)
def host_path_volume(pod: Pod) -> Iterator[Flag]:
    """A pod mounts a path of its node: it sees the node's files, and finds others after it has moved.

    Pod Security: baseline. DaemonSets of logging and monitoring agents are the usual exception: suppress the finding there.
    """
    for volume in pod.volumes.values():
        path = text(volume.node, "hostPath", "path")
        if path and not path.endswith(".sock"):
            yield Flag(f"it mounts {path} of the node", pod.object, (*volume.path, "hostPath", "path"))
