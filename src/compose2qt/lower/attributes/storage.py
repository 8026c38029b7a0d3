"""Volumes."""

import posixpath
import re
from collections.abc import Generator, Iterator

from msgspec.structs import replace

from compose2qt.compose import Service
from compose2qt.compose.units import byte_count
from compose2qt.diagnostic import Severity
from compose2qt.lower.attributes import binds, kompose
from compose2qt.lower.attributes.binds import at, bind_mount, mount, object_name
from compose2qt.lower.bind import bind
from compose2qt.lower.dockerfile import base_image
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import BLOCKED, VOLUMES
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import ClaimUse, ImageUse, MemoryUse, NfsUse, Volume, VolumeOptions, VolumeUse
from compose2qt.mapping.datafolders import folders_of
from compose2qt.mapping.datastores import has_moved, is_known, is_postgres
from compose2qt.mapping.kinds import text_at
from compose2qt.source import Mapping, Node, Scalar, Sequence

_IMAGE_VOLUMES_SINCE = 36
_DRIVE = re.compile(r"[A-Za-z]:")
_CODE = re.compile(r"/(?:node_modules|vendor|site-packages|\.?venv|\.bundle)\Z")
_LOSSES = {
    **binds.LOSSES,
    "anonymous": Lost(
        "an anonymous volume keeps nothing that a new container would find; the image's own files show at this path",
        "name the volume if its data must stay",
        Severity.INFO,
    ),
    "drive": Lost(
        "Compose reads a single letter before the colon as a drive of Windows, so this names no volume, and the path is none",
        "give the volume a name of two letters, or write the mount in its long form",
        Severity.ERROR,
    ),
    "scratch-data": Lost(
        "the data folder has no named volume: its data lives only as long as the pod", "give it a named volume"
    ),
    "copy-up": Lost(
        "Docker copies what the image has at this path into a new volume; a claim starts empty",
        "if the image has files there, name this workload as the `seed` of the claim in the mapping: an init container "
        "copies them. If the program runs as a user of its image, give that user's number as `user:`; its group gets the claim",
        Severity.INFO,
    ),
    "owner": Lost(
        "the program runs as a user whose number nobody knows here, and a claim is root's: it may not write to it",
        "give `user:` its number in the Compose file (its group gets the claim), or set fsGroup by an overlay",
    ),
    "hidden-code": Lost(
        "the image keeps packages of the program here, which Docker copies into a new volume; an empty claim hides them",
        "remove the mount, or name this workload as the `seed` of the claim in the mapping: an init container copies them",
    ),
    "moved-data-folder": Lost(
        "Postgres 18 and later keep their data in /var/lib/postgresql, and refuse to start with a volume here (in Docker, too)",
        "mount the volume at /var/lib/postgresql, or pin an image before 18",
        Severity.ERROR,
    ),
    "shadowed": Lost(
        "the image declares a volume at /var/lib/postgresql/data, which hides this mount: the data is lost with the pod",
        "mount the volume at /var/lib/postgresql/data",
        Severity.ERROR,
    ),
    "each-node": Lost(
        "in a swarm each node has a volume of its own; pods on all nodes would share this claim, which one node mounts",
        "keep the data outside of the pods, or decide on a path of the node (hostPath) by an overlay",
        Severity.ERROR,
    ),
    "image-volume": Lost(
        "the target version does not mount images yet by default (it does from 1.36 on)", "copy the files into a claim"
    ),
    "named-pipe": Lost("named pipes are those of Windows", "use a Windows node and a hostPath by an overlay", Severity.ERROR),
    "cifs": Lost(
        "a CIFS share needs the SMB CSI driver: the claim that stands for it is an ordinary one",
        "install the driver, and set its storage class in the mapping",
    ),
    "mount-options": Lost("mount options are not carried", "make a PersistentVolume with mountOptions", Severity.INFO),
    "subpath": Lost("the kompose label mounts one folder of the claim, not all of it", "remove kompose.volume.subpath"),
    "ephemeral": Lost("the kompose label makes this volume live only as long as the pod", "remove kompose.volume.type"),
}


@converts("volumes", Fidelity.PARTIAL, fields=(VOLUMES, BLOCKED), losses=_LOSSES)
def volumes(value: tuple[Volume, ...], plan: ServicePlan) -> Iterator[Effect]:
    """A named volume is a claim. A file or folder of configuration is a ConfigMap, or a Secret if it looks sensitive.

    A host folder that is written to is a claim of its own. Mounts of source code are left out. A path of the node's
    system is kept as it is, in a workload that waits for a decision.
    """
    for volume in value:
        yield from _volume(volume, plan)


def _volume(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    match volume.type:
        case "volume" if _DRIVE.match(volume.target):
            yield Lose("drive", of=volume.node, detail=volume.target[:80])
        case "volume":
            yield from _named(volume, plan) if volume.source else _anonymous(volume, plan)
        case "bind":
            yield from bind_mount(volume, plan)
        case "tmpfs":
            size = volume.tmpfs.size if volume.tmpfs else None
            yield from mount(volume, MemoryUse(memory=True, size=size or None))
        case "image" if plan.minor >= _IMAGE_VOLUMES_SINCE:
            yield from mount(replace(volume, read_only=True), ImageUse(volume.source))
        case "image":
            yield Lose("image-volume", of=volume.node)
        case "npipe":
            yield Lose("named-pipe", of=volume.node)
        case _:
            yield from mount(volume, ClaimUse(object_name(volume.source)))


def _named(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    options = _options(volume.source, plan)
    kind = options.get("type", "")
    described = replace(volume, declared=plan.project.volumes.get(volume.source))
    if "bind" in options.get("o", "").split(",") and options.get("device", "").startswith("/"):
        yield from bind_mount(replace(described, type="bind", source=options["device"]), plan)
    elif kind.startswith("nfs"):
        yield from _nfs(described, options)
    elif kind == "tmpfs":
        size = re.search(r"(?:^|,)size=(\w+)", options.get("o", ""))
        yield from mount(described, MemoryUse(memory=True, size=_bytes(size[1]) if size else None))
    elif kompose.given(plan.service.node).get("kompose.volume.type", "").lower() == "emptydir":
        yield from mount(volume, MemoryUse(memory=False))
        yield Lose("ephemeral", of=at(volume))
    else:
        claim = plan.plan.volumes.get(volume.source)
        volume = yield from _below(volume, plan)
        yield from mount(volume, ClaimUse(claim.value if claim else object_name(volume.source)))
        if kind == "cifs":
            yield Lose("cifs", of=at(volume))
        yield from _data(volume, plan)


def _below(volume: Volume, plan: ServicePlan) -> Generator[Effect, None, Volume]:
    """``volume``, of which a label of kompose shows a folder alone."""
    labels = plan.service.node.get("labels")
    label = labels.get("kompose.volume.subpath") if isinstance(labels, Mapping) else None
    if not isinstance(label, Scalar) or not label.value or (volume.volume and volume.volume.subpath):
        return volume
    yield Lose("subpath", of=at(volume), detail=str(label.value)[:80])
    options = Mapping({"subpath": label}, label.span)
    node = volume.node.with_entries({**volume.node.entries, "volume": options})
    return replace(volume, node=node, volume=VolumeOptions(options, subpath=str(label.value)))


def _options(name: str, plan: ServicePlan) -> dict[str, str]:
    """``driver_opts`` of a top-level volume of the local driver."""
    declared = plan.project.volumes.get(name)
    is_local = declared is not None and text_at(declared, "driver") in ("", "local")
    options = declared.get("driver_opts") if declared is not None and is_local else None
    entries = options.entries.items() if isinstance(options, Mapping) else ()
    return {key: str(node.value) for key, node in entries if isinstance(node, Scalar)}


def _nfs(volume: Volume, options: dict[str, str]) -> Iterator[Effect]:
    """The pod mounts the folder itself. The server's name is in the options, or before the path, which begins at its root."""
    server, _, path = options.get("device", "").rpartition(":")
    flags = options.get("o", "").split(",")
    server = next((flag.removeprefix("addr=") for flag in flags if flag.startswith("addr=")), server)
    yield from mount(
        replace(volume, read_only=volume.read_only or "ro" in flags),
        NfsUse(server, path if path.startswith("/") else f"/{path}"),
    )
    if any(flag not in ("rw", "ro") and not flag.startswith("addr=") for flag in flags):
        yield Lose("mount-options", of=at(volume))


def _bytes(text: str) -> int | None:
    try:
        return int(byte_count(text)) or None
    except ValueError:
        return None


def image_of(plan: ServicePlan) -> str:
    """The image by which it is known what runs: the mapping's, else Compose's, or the one that it is built from."""
    named = plan.target.image.value if plan.target.image else text_at(plan.service.node, "image")
    base = base_image(plan.service.node.get("build"), plan.disk)
    return base if base and not is_known(named) else named


def _data(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    """What is special about the data folder of an image."""
    image, path = image_of(plan), volume.target.rstrip("/")
    if path in folders_of(plan.service.node, image):
        home = path == "/var/lib/postgresql"
        if is_postgres(image) and home != has_moved(image) and not _sets_pgdata(plan):
            yield Lose("shadowed" if home else "moved-data-folder", of=at(volume))
    elif not (volume.volume and volume.volume.nocopy) and not _is_seeded(volume, plan):
        yield Lose("hidden-code" if _CODE.search(path) else "copy-up", of=at(volume))


def _is_seeded(volume: Volume, plan: ServicePlan) -> bool:
    """Whether an init container does what Docker does with a new volume."""
    claim = plan.plan.volumes.get(volume.source)
    seed = plan.plan.seeds.get(claim.value) if claim else None
    return seed is not None and seed.value == plan.target.name


def _sets_pgdata(plan: ServicePlan) -> bool:
    environment = plan.service.node.get("environment")
    own = environment.entries if isinstance(environment, Mapping) else {}
    return "PGDATA" in own or "PGDATA" in dict(plan.target.env)


def _anonymous(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    if volume.target.rstrip("/") in folders_of(plan.service.node, image_of(plan)):
        yield from mount(volume, MemoryUse(memory=False))
        yield Lose("scratch-data", of=at(volume))
    else:
        yield Lose("anonymous", of=volume.node)


@converts(
    "tmpfs",
    Fidelity.PARTIAL,
    fields=(VOLUMES,),
    losses={
        "options": Lost(
            "owner, mode and flags of the mount are not carried", "set fsGroup if a user writes there", Severity.INFO
        )
    },
)
def tmpfs(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A memory-backed ``emptyDir`` of that size: it counts towards the memory limit, as in Docker."""
    for item in value.items:
        path, _, written = str(item.value).partition(":") if isinstance(item, Scalar) else ("", "", "")
        options = [option for option in written.split(",") if option]
        size = next((_bytes(option.removeprefix("size=")) for option in options if option.startswith("size=")), None)
        yield Fill(VOLUMES, VolumeUse(path, MemoryUse(memory=True, size=size)), of=item)
        others = [option for option in options if not option.startswith("size=") and option != "rw"]
        if others:
            yield Lose("options", of=item, detail=",".join(others))


_TOLD_OF_OWNER = ("anonymous", "copy-up", "hidden-code", "scratch-data")
"""What is lost of the volume itself, whoever sees it: it is told where the volume is mounted first."""


@converts(
    "volumes_from",
    Fidelity.PARTIAL,
    fields=(VOLUMES, BLOCKED),
    losses={
        **_LOSSES,
        "container": Lost(
            "the container is no part of this project", "mount the same named volume in both services", Severity.ERROR
        ),
        "anonymous": Lost(
            "the services share a volume without a name, which pods do not", "give the volume a name", Severity.ERROR
        ),
    },
)
def volumes_from(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:
    """The mounts of the other service, at the same paths: a claim that both mount keeps them on one node.

    Where the service mounts something itself, its own mount stands.
    """
    stated = plan.service.node.get("volumes")
    own = {posixpath.normpath(one.target) for one in bind(stated, tuple[Volume, ...])} if stated is not None else set()
    for item in value.items:
        name, is_read_only = _source(item)
        if name not in plan.project.services:
            yield Lose("container", of=item)
            continue
        yield Use("the mounts of the other service", of=item)
        for volume, owner in _mounts_of(name, plan, {plan.service.name, name}):
            if posixpath.normpath(volume.target) in own:
                continue
            if volume.type == "volume" and not volume.source:
                yield Lose("anonymous", of=item, detail=volume.target[:80])
            shared = replace(volume, read_only=volume.read_only or is_read_only)
            for effect in _volume(shared, replace(plan, service=owner)):
                if isinstance(effect, Fill) or (isinstance(effect, Lose) and effect.code not in _TOLD_OF_OWNER):
                    yield replace(effect, of=item)


def _source(item: Node) -> tuple[str, bool]:
    """The service that an entry of ``volumes_from`` names, and whether its mounts may not be written to."""
    name, _, access = str(item.value).partition(":") if isinstance(item, Scalar) else ("", "", "")
    return name, access == "ro"


def _mounts_of(name: str, plan: ServicePlan, seen: set[str]) -> Iterator[tuple[Volume, Service]]:
    """The mounts of a service, and of those from which it has mounts itself, with the service that states them."""
    service = plan.project.services[name]
    stated, others = service.node.get("volumes"), service.node.get("volumes_from")
    for item in others.items if isinstance(others, Sequence) else ():
        other, is_read_only = _source(item)
        if other in plan.project.services and other not in seen:
            for volume, owner in _mounts_of(other, plan, seen | {other}):
                yield replace(volume, read_only=volume.read_only or is_read_only), owner
    for volume in bind(stated, tuple[Volume, ...]) if stated is not None else ():
        yield volume, service


has_no_counterpart(
    "storage_opt", "the size of the container's own layer is the node's", "set an ephemeral-storage limit by an overlay"
)
