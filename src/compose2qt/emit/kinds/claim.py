"""``v1`` PersistentVolumeClaim: objects of their own, so that a StatefulSet's storage can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import claim_path
from compose2qt.emit.manifest import Manifest, given
from compose2qt.workload import Traced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting


def claims(setting: Setting) -> Iterator[Manifest]:
    """Every claim: shared ones with the application's labels, owned ones with their workload's."""
    for claim in setting.application.claims:
        owner = setting.by_name.get(claim.owner or "")
        metadata = setting.metadata(claim.name, owner.labels if owner else setting.application.labels)
        metadata["name"] = Traced(claim.name, claim.because)
        body = given(
            apiVersion="v1",
            kind="PersistentVolumeClaim",
            metadata=metadata,
            spec=given(
                accessModes=[claim.access_mode],
                storageClassName=claim.storage_class,
                resources={"requests": {"storage": claim.size.map(lambda size: size.binary)}},
            ),
        )
        users = setting.read_by("PersistentVolumeClaim", claim.name)
        yield Manifest(
            "PersistentVolumeClaim",
            claim.name,
            body,
            claim_path(claim, owner),
            applied=owner is None or not owner.blocked,
            header=(f"Storage of {users}." if users else "Storage that no workload mounts.",),
        )
