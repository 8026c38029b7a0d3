"""Volumes of pods. Source: ``ValidateVolumes``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_dns_label, is_subdomain
from compose2qt.kube.reading import entries, has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.resources import quantity
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

MAX_MODE = 0o777


@rule("volume-source", "PodSpec")
def volume_source(pod: Mapping, root: Mapping) -> Iterator[Violation]:
    """A volume has exactly one source beside its name: with two it is refused, without any it is an empty directory.

    One that a claim template of its StatefulSet replaces needs none.
    """
    templates = claim_templates(root)
    for index, volume in enumerate(items(pod, "volumes")):
        given = [name for name in entries(volume) if name != "name" and has(volume, name)]
        if len(given) > 1:
            yield Violation(f"{' and '.join(given[:3])} are both given", ("volumes", index, given[-1]), "keep one source")
        elif not given and text(volume, "name") not in templates:
            yield Violation("the volume has no source", ("volumes", index), "write emptyDir: {} if it is to be empty")


def claim_templates(root: Mapping) -> set[str]:
    """The names of a StatefulSet's claim templates, each of them a volume of its pods."""
    return {text(item, "metadata", "name") for item in items(root, "spec", "volumeClaimTemplates")}


@rule("volume-name", "Volume")
def volume_name(volume: Mapping) -> Iterator[Violation]:
    """A volume is named by a DNS label."""
    name = text(volume, "name")
    if has(volume, "name") and not is_dns_label(name):
        yield Violation(
            f"{shown(name)} is not a name for a volume", ("name",), "use at most 63 lower-case letters, digits and '-'"
        )


@rule("bad-item-path", "KeyToPath", "DownwardAPIVolumeFile")
def bad_item_path(item: Mapping) -> Iterator[Violation]:
    """A file of a volume has a relative path without ``..``."""
    path = text(item, "path")
    if has(item, "path") and (not path or path.startswith(("/", "..")) or ".." in path.split("/")):
        yield Violation(f"{shown(path)} leads out of the volume", ("path",), "write a relative path without '..'")


@rule("item-path-twice", "ConfigMapVolumeSource", "SecretVolumeSource")
def item_path_twice(source: Mapping) -> Iterator[Violation]:
    """Two keys cannot be the same file."""
    seen: set[str] = set()
    for index, item in enumerate(items(source, "items")):
        path = text(item, "path")
        if path and path in seen:
            yield Violation(f"two keys become {shown(path)}", ("items", index, "path"), "give them different paths")
        seen.add(path)


@rule(
    "bad-mode",
    "ConfigMapVolumeSource", "SecretVolumeSource", "ProjectedVolumeSource", "DownwardAPIVolumeSource", "KeyToPath",
    "DownwardAPIVolumeFile",
)  # fmt: skip
def bad_mode(node: Mapping) -> Iterator[Violation]:
    """A file mode lies between 0 and 0777 in octal (511 in decimal): 644 without a leading zero is another mode."""
    for field in ("defaultMode", "mode"):
        if (mode := number(node, field)) is not None and not 0 <= mode <= MAX_MODE:
            yield Violation(f"{mode} is not a file mode", (field,), "write it in octal with a leading zero, such as 0644")


@rule("volume-target-missing", "Volume")
def volume_target_missing(volume: Mapping) -> Iterator[Violation]:
    """A volume of a ConfigMap, Secret, claim, host path, server, target or driver says which one."""
    for source, field in (
        ("configMap", "name"),
        ("secret", "secretName"),
        ("persistentVolumeClaim", "claimName"),
        ("hostPath", "path"),
        ("nfs", "server"),
        ("nfs", "path"),
        ("iscsi", "targetPortal"),
        ("iscsi", "iqn"),
        ("csi", "driver"),
    ):
        if has(volume, source) and not text(volume, source, field):
            yield Violation(f"{source} names nothing", (source,), f"write {field}")


@rule("bad-claim-name", "PersistentVolumeClaimVolumeSource")
def bad_claim_name(source: Mapping) -> Iterator[Violation]:
    """A claim is named by a DNS subdomain."""
    name = text(source, "claimName")
    if name and not is_subdomain(name):
        yield Violation(f"{shown(name)} is not the name of a claim", ("claimName",), "use lower-case letters, digits and '-'")


@rule("host-path-climbs", "HostPathVolumeSource")
def host_path_climbs(source: Mapping) -> Iterator[Violation]:
    """A path of the host has no ``..``."""
    if ".." in text(source, "path").split("/"):
        yield Violation("the path climbs", ("path",), "write the path without '..'")


@rule("nfs-path", "NFSVolumeSource")
def nfs_path(source: Mapping) -> Iterator[Violation]:
    """A folder of an NFS server is an absolute path."""
    path = text(source, "path")
    if path and not path.startswith("/"):
        yield Violation(f"{shown(path)} is not an absolute path", ("path",), "write the path that the server exports")


@rule("downward-source", "DownwardAPIVolumeFile")
def downward_source(item: Mapping) -> Iterator[Violation]:
    """A file of the downward API shows exactly one of a field of the pod and a resource of a container."""
    given = [name for name in ("fieldRef", "resourceFieldRef") if has(item, name)]
    if len(given) != 1:
        yield Violation(f"the file has {len(given)} sources", (), "give one of fieldRef and resourceFieldRef")


@rule("bad-size-limit", "EmptyDirVolumeSource")
def bad_size_limit(source: Mapping) -> Iterator[Violation]:
    """The size limit of an ``emptyDir`` is not negative."""
    amount = quantity(source.get("sizeLimit"))
    if amount is not None and amount < ZERO:
        yield Violation("the size limit is negative", ("sizeLimit",), "use 0 or more")


@rule("volume-not-supported", "Volume")
def volume_not_supported(volume: Mapping, minor: int) -> Iterator[Violation]:
    """``gitRepo`` volumes are disabled for good from 1.36 on."""
    if has(volume, "gitRepo") and minor >= 36:
        yield Violation("gitRepo is disabled", ("gitRepo",), "clone in an init container")
