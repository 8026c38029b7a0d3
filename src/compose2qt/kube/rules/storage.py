"""Claims, volumes and classes. Source: ``ValidatePersistentVolumeClaimSpec``, ``ValidatePersistentVolumeSpec``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_subdomain
from compose2qt.kube.reading import entries, has, items, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.resources import quantity
from compose2qt.workload import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_NOT_A_SOURCE = frozenset(
    "capacity accessModes claimRef persistentVolumeReclaimPolicy storageClassName mountOptions volumeMode nodeAffinity "
    "volumeAttributesClassName".split()
)


@rule("access-modes", "PersistentVolumeClaimSpec", "PersistentVolumeSpec")
def access_modes(spec: Mapping) -> Iterator[Violation]:
    """A claim has at least one access mode; ``ReadWriteOncePod`` stands alone."""
    modes = [text(mode) for mode in items(spec, "accessModes")]
    if not modes:
        yield Violation("there is no access mode", ("accessModes",), "write accessModes: [ReadWriteOnce]")
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield Violation("ReadWriteOncePod rules out other modes", ("accessModes",), "keep one of them")


@rule("claim-size", "PersistentVolumeClaimSpec")
def claim_size(spec: Mapping) -> Iterator[Violation]:
    """A claim asks for an amount of storage above zero."""
    path = ("resources", "requests", "storage")
    node = entries(spec, "resources", "requests").get("storage")
    size = quantity(node)
    if node is None:
        yield Violation("the claim asks for no storage", (), "write resources.requests.storage")
    elif size is not None and size <= ZERO:
        yield Violation("the size is not above zero", path, "ask for some storage")


@rule("bad-storage-class", "PersistentVolumeClaimSpec", "PersistentVolumeSpec")
def bad_storage_class(spec: Mapping) -> Iterator[Violation]:
    """A storage class is named by a DNS subdomain; an empty name means none."""
    name = text(spec, "storageClassName")
    if name and not is_subdomain(name):
        yield Violation(
            f"{shown(name)} is not the name of a class", ("storageClassName",), "use lower-case letters, digits and '-'"
        )


@rule("volume-definition", "PersistentVolumeSpec")
def volume_definition(spec: Mapping) -> Iterator[Violation]:
    """A PersistentVolume has a capacity and exactly one source; a local one says on which nodes it lies."""
    if "storage" not in entries(spec, "capacity"):
        yield Violation("the volume has no capacity", ("capacity",), "write capacity.storage")
    sources = [name for name in spec.entries if name not in _NOT_A_SOURCE and has(spec, name)]
    if len(sources) != 1:
        yield Violation(f"the volume has {len(sources)} sources", (), "give exactly one source")
    if has(spec, "local") and not has(spec, "nodeAffinity"):
        yield Violation("a local volume needs nodeAffinity", ("local",), "say on which node it lies")


@rule("recycled-root", "PersistentVolumeSpec")
def recycled_root(spec: Mapping) -> Iterator[Violation]:
    """The root of a node is not recycled: that would empty it."""
    if text(spec, "hostPath", "path") == "/" and text(spec, "persistentVolumeReclaimPolicy") == "Recycle":
        yield Violation("the node would be emptied", ("persistentVolumeReclaimPolicy",), "use Retain")


@rule("claim-source", "PersistentVolumeClaimSpec")
def claim_source(spec: Mapping) -> Iterator[Violation]:
    """What a claim is filled from has a kind and a name."""
    for field in ("dataSource", "dataSourceRef"):
        for part in ("kind", "name") if has(spec, field) else ():
            if not text(spec, field, part):
                yield Violation(f"the {part} is empty", (field, part), f"write the {part}")


@rule("claim-template-name", "StatefulSetSpec")
def claim_template_name(spec: Mapping) -> Iterator[Violation]:
    """A claim template of a StatefulSet has a name, which its containers mount, and no two have the same."""
    seen: set[str] = set()
    for index, template in enumerate(items(spec, "volumeClaimTemplates")):
        name = text(template, "metadata", "name")
        path = ("volumeClaimTemplates", index, "metadata")
        if not name or name in seen:
            yield Violation("the claim template has no name of its own", path, "give it a name that no other has")
        seen.add(name)
