"""SEC033."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, number
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod


@rule(
    "SEC033",
    "readable-secret-files",
    Severity.INFO,
    fix="set defaultMode to 0400, or 0440 with an fsGroup",
)
def readable_secret_files(pod: Pod) -> Iterator[Flag]:
    """The files of a Secret can be changed or run by everybody in the container."""
    for volume in pod.volumes.values():
        mode = number(at(volume.node, ("secret", "defaultMode")), 0)
        if mode & 0o022 or mode & 0o001:
            yield Flag(
                f"mode {mode:04o} lets others write or run the secret files",
                pod.object,
                (*volume.path, "secret", "defaultMode"),
            )
