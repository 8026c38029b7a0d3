"""COR050."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


_PROGRAM_FOLDERS = frozenset(
    "/ /etc /usr /usr/local /usr/local/bin /bin /lib /opt /var /etc/nginx /usr/share/nginx /etc/ssl "
    "/usr/local/etc /etc/apache2 /usr/local/apache2 /usr/local/apache2/conf".split()
)


@rule(
    "COR050",
    "config-hides-folder",
    Severity.WARNING,
    fix="mount the single file with subPath, or every file that the folder needs",
)
def config_hides_folder(container: Container) -> Iterator[Flag]:
    """A ConfigMap or Secret is mounted over a whole folder of the image: everything else in it is gone for the program."""
    for mount in container.mounts:
        volume = container.pod.volumes.get(mount.volume)
        is_config = volume is not None and volume.kind in ("configMap", "secret")
        target = mount.target.rstrip("/") or "/"
        if is_config and target in _PROGRAM_FOLDERS and not text(mount.node, "subPath"):
            yield Flag(f"the files that the image has in {target} are hidden", container.object, (*mount.path, "mountPath"))
