"""Where containers keep their data, and what becomes of it when their mounts change or their pods end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.diff.effects import Effect
from compose2qt.diff.sides import Identity, containers, volumes
from compose2qt.kube.reading import at, entries, items, text
from compose2qt.mapping.datastores import data_folders
from compose2qt.source import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diff.sides import Side
    from compose2qt.source import Node

_FILES = ("configMap", "secret", "projected", "downwardAPI", "image")
"""Volumes that hold what somebody else wrote."""
_PASSING = ("/tmp/", "/var/tmp/", "/run/", "/var/run/", "/var/cache/")  # noqa: S108 - compared, not written to
"""Folders in which nobody keeps anything."""


class Volume(NamedTuple):
    """A volume in words; the claim behind it, if there is one; and whether it outlives the pod."""

    name: str
    claim: Identity | None = None
    is_lasting: bool = True


class Store(NamedTuple):
    """What is mounted at ``path`` of ``container``: a volume, or the folder ``part`` of it."""

    container: str
    path: str
    volume: Volume
    part: str

    @property
    def name(self) -> str:
        """In words."""
        return f"folder {self.part} of {self.volume.name}" if self.part else self.volume.name

    def holds(self, folder: object) -> bool:
        """Whether ``folder``, the value of a variable, is a path on this volume."""
        is_path = isinstance(folder, str) and folder.startswith("/")
        return is_path and self.path != "" and f"{str(folder).rstrip('/')}/".startswith(f"{self.path}/")


def stores(side: Side, identity: Identity) -> tuple[Store, ...]:
    """The folders of a workload's containers that are kept on volumes."""
    item = side.workloads[identity]
    known = {name: found for name, node in volumes(item).items() if (found := _volume(identity, node))}
    for template in items(item.root, "spec", "volumeClaimTemplates"):
        name = text(template, "metadata", "name")
        known[name] = Volume(f"the claims {name}", identity.claim(f"{name}-{identity.name}-0"))
    return tuple(
        Store(
            text(container, "name"),
            text(mount, "mountPath").rstrip("/"),
            known[text(mount, "name")],
            text(mount, "subPath") or text(mount, "subPathExpr"),
        )
        for container in containers(item)
        for mount in items(container, "volumeMounts")
        if text(mount, "name") in known
    )


def _volume(identity: Identity, node: Node) -> Volume | None:
    kind = next((key for key in entries(node) if key != "name"), "emptyDir")
    if kind in _FILES:
        return None
    if kind in ("emptyDir", "ephemeral"):
        return Volume(kind, None, False)
    if kind == "persistentVolumeClaim":
        claim = identity.claim(text(node, kind, "claimName"))
        return Volume(claim.id, claim)
    if kind == "hostPath":
        return Volume(f"{text(node, kind, 'path')} of the node")
    source = at(node, (kind,))
    return Volume(f"{kind} {json.dumps(plain(source), default=str) if source else ''}")


class Fate(NamedTuple):
    """What becomes of data: an effect, and a sentence about it."""

    effect: Effect
    note: str


def moved(before: Side, was: Identity, after: Side, now: Identity) -> Iterator[Fate]:
    """Folders on lasting volumes that are on others now, or on none; a container that is gone needs nothing."""
    by_place = {(store.container, store.path): store for store in stores(after, now)}
    names = {text(container, "name") for container in containers(after.workloads[now])}
    for store in stores(before, was):
        if store.volume.is_lasting and store.container in names:
            found = by_place.get((store.container, store.path))
            if found is None or found[2:] != store[2:]:
                yield Fate(Effect.DATA_AWAY, f"{store.path} was on {store.name}, {_now(found, before)}")


def _now(found: Store | None, before: Side) -> str:
    if found is None:
        return "and nothing is mounted there now"
    claim = found.volume.claim
    if claim is None or claim in before.objects:
        return f"and is on {found.name} now"
    where = f" of namespace {claim.namespace}" if claim.namespace != "default" else ""
    return f"and is on {found.name}{where} now, which is new and empty"


def ended(before: Side, was: Identity) -> Iterator[Fate]:
    """What ends with the pods of a workload: its folders on volumes that do not outlive them."""
    images = {text(container, "name"): text(container, "image") for container in containers(before.workloads[was])}
    for store in stores(before, was):
        if not store.volume.is_lasting and not f"{store.path}/".startswith(_PASSING):
            folders = data_folders(images[store.container])
            is_data = any(f"{store.path}/".startswith(f"{folder}/") for folder in folders)
            note = f"what is in {store.path} ({store.volume.name}) ends with the pod"
            yield Fate(Effect.DATA_LOSS if is_data else Effect.NONE, note)
