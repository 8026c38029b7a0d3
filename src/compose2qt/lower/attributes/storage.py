"""Volumes, mounted files, configs and secrets."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose
from compose2qt.lower.fields import VOLUMES
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import ClaimUse, ExternalUse, FileReference, FileUse, MemoryUse, Volume, VolumeUse
from compose2qt.mapping.datastores import data_folders
from compose2qt.mapping.plan import host_path
from compose2qt.source import Mapping, Node, Scalar, Sequence
from compose2qt.source.disk import Content, FileContent, FolderContent, Missing, Unusable
from compose2qt.workload import Concealed
from compose2qt.workload.sensitive import secret_reason

_KEPT = (".gitkeep", ".keep", ".gitignore")
"""Files that only keep an empty folder in git."""
_LOCAL_TIME = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo")
_SOCKET = re.compile(r"(?:docker|containerd|podman)[\w.-]*\.sock\Z")
_ENTRY = re.compile(r"(?m)^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:=]\s*[\"']?([^\"'\s#]+)")

_LOSSES = {
    "anonymous": Lost(
        "an anonymous volume keeps nothing that a new container would find; the image's own files show at this path",
        "name the volume if its data must stay",
        Severity.INFO,
    ),
    "scratch-data": Lost(
        "the data folder has no named volume: its data lives only as long as the pod", "give it a named volume"
    ),
    "development": Lost(
        "the mount shows the source code of the build context, which the image holds already",
        "build the image with the code in it",
        Severity.INFO,
    ),
    "socket": Lost(
        "the socket of the node's container runtime would give hold of the node",
        "use the Kubernetes API instead",
        Severity.ERROR,
    ),
    "host-path": Lost(
        "the path lies on the host, outside the project",
        "bring the files into the image, a ConfigMap or a claim",
        Severity.ERROR,
    ),
    "local-time": Lost("the node's time zone is not the container's", "set TZ in the environment", Severity.INFO),
    "missing": Lost("nothing lies at this path, so there is nothing to mount", "add the file, or remove the mount"),
    "unusable": Lost("what lies at this path cannot be carried in a ConfigMap", "put it into the image or on a claim"),
    "read-only": Lost(
        "files from a ConfigMap or Secret cannot be written to",
        "put them on a claim if the program writes there",
        Severity.INFO,
    ),
    "options": Lost("this option of the mount has no counterpart", "", Severity.INFO),
    "size": Lost("the size of the volume is a choice of the cluster", "set it in the mapping", Severity.INFO),
    "mode": Lost(
        "owner and mode of the mount are not carried", "set fsGroup by an overlay if the program runs as a user", Severity.INFO
    ),
}


@converts("volumes", Fidelity.PARTIAL, fields=(VOLUMES,), losses=_LOSSES)
def volumes(value: tuple[Volume, ...], plan: ServicePlan) -> Iterator[Effect]:
    """A named volume is a claim. A file or folder of configuration is a ConfigMap, or a Secret if it looks sensitive.

    Mounts of source code and of the host are left out, each with its reason.
    """
    for volume in value:
        match volume.type:
            case "volume":
                yield from _named(volume, plan) if volume.source else _anonymous(volume, plan)
            case "bind":
                yield from _bind(volume, plan)
            case "tmpfs":
                size = volume.tmpfs.size if volume.tmpfs else None
                yield _mount(volume, MemoryUse(memory=True, size=size))
            case _:
                yield Lose("options", of=volume.node, detail=f"type {volume.type}")


def _mount(volume: Volume, source: ClaimUse | MemoryUse | FileUse) -> Effect:
    sub_path = volume.volume.subpath if volume.volume else ""
    return Fill(VOLUMES, VolumeUse(volume.target, source, volume.read_only, sub_path), of=volume.node)


def _named(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    claim = plan.plan.volumes.get(volume.source)
    yield _mount(volume, ClaimUse(claim.value if claim else claim_name(volume.source)))


def _anonymous(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    image = plan.service.node.get("image")
    if isinstance(image, Scalar) and volume.target.rstrip("/") in data_folders(str(image.value)):
        yield _mount(volume, MemoryUse(memory=False))
        yield Lose("scratch-data", of=volume.node)
    else:
        yield Lose("anonymous", of=volume.node)


def _bind(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    source = volume.source
    claim = plan.plan.volumes.get(host_path(plan.project.relative(source))) or plan.plan.volumes.get(host_path(source))
    if claim is not None:
        yield _mount(volume, ClaimUse(claim.value))
    elif source.startswith(_LOCAL_TIME):
        yield Lose("local-time", of=volume.node)
    elif _SOCKET.search(source):
        yield Lose("socket", of=volume.node)
    elif plan.project.relative(source).startswith(".."):
        yield Lose("host-path", of=volume.node, detail=volume.target)
    else:
        yield from _content(volume, plan)


def _content(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    content = plan.disk.look(Path(volume.source))
    if _shows_source(volume.source, plan) and not isinstance(content, FileContent) and not _is_empty(content):
        yield Lose("development", of=volume.node)
        return
    match content:
        case FileContent():
            yield from _files(volume, plan, ((posixpath.basename(volume.source), content),), single=True)
        case FolderContent() if not _is_empty(content):
            yield from _files(volume, plan, content.files, single=False)
        case Missing() if volume.read_only:
            yield Lose("missing", of=volume.node, detail=plan.project.relative(volume.source))
        case Unusable():
            yield Lose("unusable", of=volume.node, detail=content.why)
        case _:
            yield _mount(volume, ClaimUse(_folder_claim(volume.source, plan)))


def _is_empty(content: Content) -> bool:
    """Whether a folder holds nothing to show: it is there for data, even inside a build context."""
    return isinstance(content, FolderContent) and all(posixpath.basename(name) in _KEPT for name, _ in content.files)


def _folder_claim(source: str, plan: ServicePlan) -> str:
    """The claim of a host folder: never that of a named volume, which is another place."""
    name = claim_name(plan.project.relative(source))
    return f"{name}-folder" if name in (claim.value for claim in plan.plan.volumes.values()) else name


def claim_name(path: str) -> str:
    """The name of the claim that stands for a host folder: ``./data/db`` is ``data-db``."""
    name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[:50].strip("-") or "data"
    return name if name[0].isalpha() else f"data-{name}"


def _shows_source(source: str, plan: ServicePlan) -> bool:
    """Whether ``source`` is the build context of the service or lies inside it."""
    build = plan.service.node.get("build")
    context = build.get("context") if isinstance(build, Mapping) else None
    if not isinstance(context, Scalar):
        return False
    inside = posixpath.relpath(source, str(context.value))
    return not inside.startswith("..")


def _files(volume: Volume, plan: ServicePlan, files: tuple[tuple[str, FileContent], ...], *, single: bool) -> Iterator[Effect]:
    is_secret = any(_is_sensitive(content.data) for _, content in files)
    carried = tuple((path, _conceal(content.data, is_secret), content.executable) for path, content in files)
    name = claim_name(f"{plan.target.name}-{posixpath.basename(volume.source)}")
    yield _mount(volume, FileUse(name, carried, single, is_secret))
    if not volume.read_only:
        yield Lose("read-only", of=volume.node)


def _is_sensitive(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    if "PRIVATE KEY-----" in text:
        return True
    return any(secret_reason(key, value) for key, value in _ENTRY.findall(text))


def _conceal(data: bytes, is_secret: bool) -> bytes | Concealed:
    return Concealed(data.decode("utf-8", "surrogateescape")) if is_secret else data


@converts("tmpfs", Fidelity.PARTIAL, fields=(VOLUMES,), losses={"mode": _LOSSES["mode"]})
def tmpfs(value: Sequence, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A memory-backed ``emptyDir``: it counts towards the memory limit, as in Docker."""
    for item in value.items:
        path, _, options = str(item.value).partition(":") if isinstance(item, Scalar) else ("", "", "")
        yield Fill(VOLUMES, VolumeUse(path, MemoryUse(memory=True)), of=item)
        if options:
            yield Lose("mode", of=item, detail=options)


_REFERENCE_LOSSES = {
    "owner": Lost("owner and group of the mounted file are the pod's", "set fsGroup by an overlay", Severity.INFO),
    "unknown": Lost("the content is not known here", "create the object in the cluster", Severity.WARNING),
}


@converts("configs", Fidelity.PARTIAL, fields=(VOLUMES,), losses=_REFERENCE_LOSSES)
def configs(value: tuple[FileReference, ...], plan: ServicePlan) -> Iterator[Effect]:
    """A ConfigMap, mounted as one file at the config's target."""
    for reference in value:
        yield from _reference(reference, plan, plan.project.configs, is_secret=False)


@converts("secrets", Fidelity.PARTIAL, fields=(VOLUMES,), losses=_REFERENCE_LOSSES)
def secrets(value: tuple[FileReference, ...], plan: ServicePlan) -> Iterator[Effect]:
    """A Secret, mounted as one file below ``/run/secrets``; its value never reaches the tree."""
    for reference in value:
        yield from _reference(reference, plan, plan.project.secrets, is_secret=True)


def _reference(
    reference: FileReference, plan: ServicePlan, declared: dict[str, Mapping], *, is_secret: bool
) -> Iterator[Effect]:
    definition = declared.get(reference.source)
    target = reference.target or (f"/run/secrets/{reference.source}" if is_secret else f"/{reference.source}")
    path = target if target.startswith("/") else f"/run/secrets/{target}"
    for key in ("uid", "gid"):
        if node := reference.node.get(key):
            yield Lose("owner", of=node)
    parts = [node for key, node in reference.node.entries.items() if key not in ("uid", "gid")]
    mode = int(str(reference.mode), 8) if reference.mode else None
    use = _referenced(reference.source, definition, plan, mode, is_secret=is_secret)
    for part in parts:
        yield Fill(VOLUMES, VolumeUse(path, use, read_only=True), of=part)


def _referenced(
    name: str, definition: Mapping | None, plan: ServicePlan, mode: int | None, *, is_secret: bool
) -> FileUse | ExternalUse:
    legal = claim_name(name)
    if definition is None or definition.get("external") is not None:
        return ExternalUse(legal, name, is_secret)
    data = _defined_content(definition, plan)
    if data is None:
        return ExternalUse(legal, name, is_secret)
    return FileUse(legal, ((name, _conceal(data, is_secret), False),), single=True, is_secret=is_secret, mode=mode)


def _defined_content(definition: Mapping, plan: ServicePlan) -> bytes | None:
    """The content of a config or secret, from its file or as the loader resolved it; None if it is not known."""
    content: Node | None = definition.get("content")
    if isinstance(content, Scalar) and content.value is not None:
        return str(content.value).encode()
    file = definition.get("file")
    if isinstance(file, Scalar):
        found = plan.disk.look(Path(str(file.value)))
        return found.data if isinstance(found, FileContent) else None
    return None


has_no_counterpart("volume_driver", "the storage class decides the driver", "set the class in the mapping")
has_no_counterpart(
    "storage_opt", "the size of the container's own layer is the node's", "set an ephemeral-storage limit by an overlay"
)
has_no_counterpart("credential_spec", "for Windows containers only", "set gmsaCredentialSpec by an overlay")
has_no_counterpart(
    "volumes_from", "a pod's volumes are its own", "mount the same named volume in both services", Severity.ERROR
)
