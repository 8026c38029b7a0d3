"""POR010."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


_CLOUD = ("gp2", "gp3", "io1", "efs", "premium-rwo", "standard-rwo", "azurefile", "azuredisk", "managed-premium", "managed-csi",
          "do-block-storage", "linode-block-storage", "oci-bv", "local-path", "hostpath", "longhorn")  # fmt: skip


@rule(
    "POR010",
    "storage-class-of-one-cluster",
    Severity.INFO,
    fix="leave the class out to take the cluster's default, or patch it in an overlay for each cluster",
    kinds=("PersistentVolumeClaim", "StatefulSet"),
)
def storage_class_of_one_cloud(item: Object, system: System) -> Iterator[Flag]:
    """A claim names a storage class of one cloud or distribution: elsewhere it stays Pending."""
    paths: list[tuple[str | int, ...]] = [("spec", "storageClassName")]
    if item.kind == "StatefulSet":
        count = len(items(item.at("spec", "volumeClaimTemplates")))
        paths = [("spec", "volumeClaimTemplates", index, "spec", "storageClassName") for index in range(count)]
    for path in paths:
        name = item.text(*path)
        if name.startswith(_CLOUD) and not system.get("StorageClass", name):
            yield flag(item, f"the class {name} belongs to one kind of cluster", *path)
