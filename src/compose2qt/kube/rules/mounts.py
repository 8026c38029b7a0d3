"""Volume mounts. Source: ``ValidateVolumeMounts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import flag, has, items, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.pod import containers
from compose2qt.kube.rules.volumes import claim_templates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping


@rule("mount-without-volume", "PodSpec")
def mount_without_volume(pod: Mapping, root: Mapping) -> Iterator[Violation]:
    """A mount names a volume of its pod, or a claim template of its StatefulSet."""
    names = {text(volume, "name") for volume in items(pod, "volumes")} | claim_templates(root)
    for path, container in containers(pod):
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(items(container, field)):
                name = text(mount, "name")
                if name and name not in names:
                    yield Violation(
                        f"the pod has no volume {shown(name)}", (*path, field, index, "name"), "add the volume, or name another"
                    )


@rule("bad-mount-path", "VolumeMount")
def bad_mount_path(mount: Mapping) -> Iterator[Violation]:
    """A mount has a path. A colon in it is no mistake here: the API server takes it, as in the drives of Windows."""
    path = text(mount, "mountPath")
    if has(mount, "mountPath") and not path:
        yield Violation(f"{shown(path)} is not a path to mount at", ("mountPath",), "write the path in the container")


@rule("bad-sub-path", "VolumeMount")
def bad_sub_path(mount: Mapping) -> Iterator[Violation]:
    """``subPath`` stays inside of the volume: it is relative and has no ``..``; ``subPathExpr`` is another way to say it."""
    for field in ("subPath", "subPathExpr"):
        path = text(mount, field)
        if path.startswith("/") or ".." in path.split("/"):
            yield Violation(f"{shown(path)} leads out of the volume", (field,), "write a relative path without '..'")
    if text(mount, "subPath") and text(mount, "subPathExpr"):
        yield Violation("subPath and subPathExpr are both given", ("subPathExpr",), "keep one of the two")


@rule("recursive-read-only", "VolumeMount")
def recursive_read_only(mount: Mapping) -> Iterator[Violation]:
    """``recursiveReadOnly`` needs ``readOnly: true`` and no mount propagation."""
    if text(mount, "recursiveReadOnly") not in {"IfPossible", "Enabled"}:
        return
    if not flag(mount, "readOnly"):
        yield Violation("recursiveReadOnly needs readOnly: true", ("recursiveReadOnly",), "write readOnly: true")
    if text(mount, "mountPropagation") not in {"", "None"}:
        yield Violation("recursiveReadOnly rules out propagation", ("mountPropagation",), "remove mountPropagation")


@rule("propagation-without-privilege", "Container")
def propagation_without_privilege(container: Mapping) -> Iterator[Violation]:
    """Mounts are propagated in both directions by privileged containers only."""
    if flag(container, "securityContext", "privileged"):
        return
    for index, mount in enumerate(items(container, "volumeMounts")):
        if text(mount, "mountPropagation") == "Bidirectional":
            yield Violation(
                "Bidirectional needs a privileged container", ("volumeMounts", index, "mountPropagation"), "remove it"
            )
