"""POR001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "POR001",
    "read-write-many-on-default-class",
    Severity.WARNING,
    fix="name a storage class that offers ReadWriteMany (NFS, CephFS, EFS, Filestore), or let one pod own the claim",
    kinds=("PersistentVolumeClaim",),
)
def read_write_many_on_default_class(item: Object) -> Iterator[Flag]:
    """A claim wants ReadWriteMany and leaves the class to the cluster.

    The default class of kind, minikube and the large clouds is block storage, which one node mounts at a time: the claim
    stays Pending, and with it every pod that mounts it.
    """
    if "ReadWriteMany" in texts(item.at("spec", "accessModes")) and not item.text("spec", "storageClassName"):
        yield flag(item, f"the default storage class rarely offers ReadWriteMany ({item.name})", "spec", "accessModes")
