"""SEC003."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod


_SOCKET = re.compile(r"/(?:docker|containerd|crio|podman)[\w.-]*\.sock$")


@rule(
    "SEC003",
    "container-runtime-socket",
    Severity.ERROR,
    fix="use the Kubernetes API with a service account of few rights, or a builder that needs no socket",
)
def container_runtime_socket(pod: Pod) -> Iterator[Flag]:
    """A pod mounts the socket of the node's container runtime: whoever is in the pod is root on the node.

    Docker's socket is absent on most clusters anyway: nodes run containerd or CRI-O.
    """
    for volume in pod.volumes.values():
        path = text(volume.node, "hostPath", "path")
        if _SOCKET.search(path):
            yield Flag(f"it mounts {path} of the node", pod.object, (*volume.path, "hostPath", "path"))
