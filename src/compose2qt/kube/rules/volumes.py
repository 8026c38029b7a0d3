"""Volumes of pods. Source: ``ValidateVolumes``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_dns_label, is_subdomain
from compose2qt.kube.reading import entries, has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.pod import containers
from compose2qt.kube.rules.resources import quantity
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

MAX_MODE = 0o777
_SHOWN_FIELD = re.compile(r"metadata\.(?:name|namespace|uid|labels|annotations|(?:labels|annotations)\['[^']+'\])\Z")
_IQN = re.compile(r"(?:iqn\.\d{4}-\d{2}\.[a-z0-9.-]+[^\s]*|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{16,32})\Z")


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


@rule("downward-field", "DownwardAPIVolumeFile")
def downward_field(item: Mapping) -> Iterator[Violation]:
    """A file can show these fields of its pod: name, namespace, uid, labels, annotations."""
    path = text(item, "fieldRef", "fieldPath")
    if path and not _SHOWN_FIELD.match(path):
        yield Violation(f"a file cannot show {shown(path)}", ("fieldRef", "fieldPath"), "use metadata.name and the like")


@rule("iscsi-target", "ISCSIVolumeSource", "ISCSIPersistentVolumeSource")
def iscsi_target(source: Mapping) -> Iterator[Violation]:
    """An iSCSI target has a qualified name, and a unit of 0 to 255."""
    name, unit = text(source, "iqn"), number(source, "lun")
    if name and not _IQN.match(name):
        yield Violation(f"{shown(name)} is not a name of iSCSI", ("iqn",), "write iqn.YYYY-MM.domain:name")
    if unit is not None and not 0 <= unit <= 255:
        yield Violation(f"{unit} is not a unit", ("lun",), "use 0 to 255")


@rule("ceph-monitors", "CephFSVolumeSource")
def ceph_monitors(source: Mapping) -> Iterator[Violation]:
    """A Ceph file system has monitors."""
    if not items(source, "monitors"):
        yield Violation("there are no monitors", ("monitors",), "list them")


@rule("token-lifetime", "ServiceAccountTokenProjection")
def token_lifetime(token: Mapping) -> Iterator[Violation]:
    """A token lives ten minutes or more."""
    if (seconds := number(token, "expirationSeconds")) is not None and not 600 <= seconds <= 2**32:
        yield Violation(f"{seconds} seconds", ("expirationSeconds",), "use 600 or more")


@rule("projected-path-twice", "ProjectedVolumeSource")
def projected_path_twice(volume: Mapping) -> Iterator[Violation]:
    """Two sources of one volume are not the same file."""
    seen: set[str] = set()
    for index, source in enumerate(items(volume, "sources")):
        for kind in ("configMap", "secret", "downwardAPI"):
            for number_of_item, item in enumerate(items(source, kind, "items")):
                path = text(item, "path")
                if path and path in seen:
                    where = ("sources", index, kind, "items", number_of_item, "path")
                    yield Violation(f"another source becomes {shown(path)}", where, "give them different paths")
                seen.add(path)


@rule("block-device-source", "PodSpec")
def block_device_source(pod: Mapping) -> Iterator[Violation]:
    """Only a claim is given to a container as a device."""
    others = {
        text(volume, "name")
        for volume in items(pod, "volumes")
        if not has(volume, "persistentVolumeClaim") and not has(volume, "ephemeral")
    }
    for path, container in containers(pod):
        for index, device in enumerate(items(container, "volumeDevices")):
            if text(device, "name") in others:
                yield Violation("this volume is no device", (*path, "volumeDevices", index, "name"), "mount it, or use a claim")


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
