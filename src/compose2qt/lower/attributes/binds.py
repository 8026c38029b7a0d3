"""Bind mounts: what of the host a container sees, and what stands for it in a cluster."""

from __future__ import annotations

import os
import posixpath
import re
from fnmatch import fnmatchcase as fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.diagnostic import Severity
from compose2qt.lower.copies import copied, is_ignored
from compose2qt.lower.dockerfile import written
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import BLOCKED, VOLUMES
from compose2qt.lower.registry import Lost
from compose2qt.lower.shapes import ClaimUse, FileUse, FolderUse, HostUse, MemoryUse, VolumeUse
from compose2qt.mapping.datafolders import folders_of
from compose2qt.mapping.datastores import is_known
from compose2qt.mapping.kinds import text_at
from compose2qt.mapping.plan import host_path
from compose2qt.source import Mapping, Scalar, Sequence, leaves
from compose2qt.source.disk import FileContent, FolderContent, Missing, Unusable
from compose2qt.workload import Concealed
from compose2qt.workload.sensitive import is_file_of_secret, is_name_of_key, secret_reason, without_references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.lower.registry import ServicePlan
    from compose2qt.lower.shapes import Source, Volume
    from compose2qt.source import Node
    from compose2qt.source import Path as Steps
    from compose2qt.source.disk import Content

_LOCAL_TIME = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo")
_SOCKET = re.compile(r"\.sock\Z|\A/(?:var/)?run(?:/|\Z)")
_SYSTEM = re.compile(
    r"/(?:proc|sys|dev|etc|boot|lib\w*|usr|s?bin|var/(?:lib/(?:docker|kubelet|containers?|containerd)|log|run)|run)?(?:/|\Z)"
)
_ENTRY = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[:=][ \t]*[\"']?([^\"'\s#]+)")
_PASSWORD_LINE = re.compile(r"(?m)^[ \t]*(?:requirepass|masterauth|password)[ \t]+[\"']?[^\s\"'$<{]+[\"']?[ \t]*$")
_COMMENT_LINE = re.compile(r"(?m)^[ \t]*(?:#|;|//).*$")
_FILE_NAME = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{0,9}\Z|[A-Za-z.]file\Z")
_PLACEHOLDERS = frozenset((".gitkeep", ".keep", ".gitignore"))

COLON = Lost(
    "Kubernetes documents that the path of a mount has no colon: the API server takes it, and some container runtimes do not",
    "mount at a path without a colon",
)
LOSSES = {
    "colon": COLON,
    "development": Lost(
        "the mount shows the source code of the build context, which the image holds already",
        "build the image with the code in it",
        Severity.INFO,
    ),
    "assumed-code": Lost(
        "the mount shows a part of the build context; it is assumed that the image holds it already, for nothing says so",
        "see that the Dockerfile is there and copies it to this path, or move what is no source code out of the build context",
    ),
    "partly-in-image": Lost(
        "the image holds a part of the folder, and the mount is writable: it is taken for source code, and not carried",
        "COPY what the program needs in the Dockerfile, or mount it read-only if it is configuration",
    ),
    "not-in-image": Lost(
        "the mount brings the source code, and no COPY or ADD of the Dockerfile's target stage puts it at this path",
        "COPY the code in the Dockerfile",
        Severity.ERROR,
    ),
    "socket": Lost(
        "a socket of the node gives hold of it, and need not be there at all", "use the Kubernetes API instead", Severity.ERROR
    ),
    "host-path": Lost("the path is part of the node's system", "decide with the cluster's administrator", Severity.ERROR),
    "host-data": Lost("the files lie on the host, outside the project: the claim starts empty", "copy them in with kubectl cp"),
    "local-time": Lost("the node's time zone is not the container's", "set TZ in the environment", Severity.INFO),
    "missing": Lost("nothing lies at this path, so there is nothing to mount", "add the file, or remove the mount"),
    "unusable": Lost("what lies at this path cannot be carried in a ConfigMap", "put it into the image or on a claim"),
    "too-large": Lost(
        "the folder does not fit into a ConfigMap: a claim stands for it, which starts empty",
        "copy the files in with kubectl cp",
    ),
    "read-only": Lost(
        "files from a ConfigMap or Secret cannot be written to",
        "put them on a claim if the program writes there",
        Severity.INFO,
    ),
    "read-only-folder": Lost(
        "the folder is mounted so that the program may write to it, and files of a ConfigMap or Secret cannot be written to",
        "mount it with `:ro` if the program only reads; else put it on a claim: name it in `storage` of the mapping",
    ),
    "selinux": Lost("the node's container runtime labels the files of volumes", "", Severity.INFO),
    "propagation": Lost(
        "mounts that are made later on one side do not appear on the other", "set mountPropagation by an overlay"
    ),
    "recursive": Lost("what is mounted below the folder on the host is not there", "", Severity.INFO),
    "labels": Lost("the claim has labels of its own", "add them by an overlay", Severity.INFO),
    "mode": Lost("the mode of the folder is the kubelet's", "set fsGroup if a user writes there", Severity.INFO),
}


def mount(volume: Volume, source: Source) -> Iterator[Effect]:
    """``volume`` shows ``source``."""
    sub_path = next((part.subpath for part in (volume.volume, volume.image) if part is not None), "")
    use = VolumeUse(volume.target, source, volume.read_only, sub_path)
    yield Fill(VOLUMES, use, of=_carried(volume))
    if ":" in volume.target:
        yield Lose("colon", of=at(volume))
    if volume.declared is not None:
        yield Use("the options of the volume say what is mounted", of=volume.declared)
    for path, node in leaves(volume.node):
        yield from _option(path, node)


def at(volume: Volume) -> Node:
    """The leaf that stands for ``volume`` where something of it is lost."""
    return volume.node.get("target") or volume.node


def _carried(volume: Volume) -> dict[str, Node]:
    """The nodes that give the parts of a mount."""
    below = {**volume.node.entries}
    for group in ("tmpfs", "volume", "image"):
        inner = below.pop(group, None)
        below |= {f"{group}.{key}": node for key, node in inner.entries.items()} if isinstance(inner, Mapping) else {}
    source = {key: node for key in ("type", "source", "tmpfs.size") if (node := below.get(key)) is not None}
    if (options := volume.declared.get("driver_opts") if volume.declared else None) is not None:
        source["options"] = options
    access = below.get("read_only")
    parts = {
        "path": below.get("target"),
        "source": Mapping(source, volume.node.span),
        "content": below.get("source"),
        "read_only": access if isinstance(access, Scalar) and access.value is True else None,
        "sub_path": below.get("volume.subpath") or below.get("image.subpath"),
    }
    return {name: node for name, node in parts.items() if node is not None}


def _option(path: Steps, node: Node) -> Iterator[Effect]:
    """What becomes of an option of a mount that is no part of what is written."""
    value = node.value if isinstance(node, Scalar) else None
    match path:
        case ("read_only",) | ("volume", "nocopy") if not value:
            yield Use("false: the default", of=node)
        case ("volume", "nocopy"):
            yield Use("nothing is copied into a claim", of=node)
        case ("consistency",):
            yield Use("Docker ignores it on Linux", of=node)
        case ("bind", "create_host_path"):
            yield Use("it is about the host, and what stands for the folder is made by applying the tree", of=node)
        case ("bind", "propagation") if value in ("private", "rprivate"):
            yield Use("the default", of=node)
        case ("bind", "selinux" | "propagation" | "recursive" as key):
            yield Lose(key, of=node)
        case ("volume", "labels", *_):
            yield Lose("labels", of=node)
        case ("tmpfs", "mode"):
            yield Lose("mode", of=node)


def bind_mount(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    """What stands for a bind mount."""
    source = volume.source
    claim = plan.plan.volumes.get(host_path(plan.project.relative(source))) or plan.plan.volumes.get(host_path(source))
    if claim is not None:
        yield from mount(volume, ClaimUse(claim.value))
    elif source.startswith(_LOCAL_TIME):
        yield Lose("local-time", of=volume.node)
    elif _is_outside(source, plan):
        yield from _outside(volume, plan)
    else:
        yield from _inside(volume, plan)


def _is_outside(source: str, plan: ServicePlan) -> bool:
    leads_out = plan.project.relative(source).startswith("..") and not plan.disk.holds(Path(source))
    return leads_out or _SOCKET.search(source) is not None


def _outside(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    """A path of the host: the system's waits for a decision, people's data gets a claim."""
    source = volume.source
    if source.rstrip("/") == "/dev/shm":  # noqa: S108 - the kernel's path
        yield from mount(volume, MemoryUse(memory=True))
    elif _SOCKET.search(source) or _SYSTEM.match(source):
        yield from mount(volume, HostUse(source))
        yield Fill(BLOCKED, f"volumes: {source} is a path of the node", of=volume.node)
        yield Lose("socket" if _SOCKET.search(source) else "host-path", of=at(volume), detail=source)
    elif _is_file(volume) or (volume.read_only and not _is_filled(source, plan)):
        yield Lose("missing", of=volume.node, detail=f"{folder_path(source, plan)} is outside the project")
    else:
        yield from mount(volume, FolderUse(folder_path(source, plan)))
        yield Lose("host-data", of=at(volume), detail=folder_path(source, plan))


def folder_path(source: str, plan: ServicePlan) -> str:
    """A host path as it reads the same wherever the project lies: relative where it shares a folder with the project."""
    relative = plan.project.relative(source)
    depth = len(plan.project.directory.absolute().parts) - 1
    if relative.count("../") + (relative == "..") < depth:
        return relative
    home = Path.home().as_posix()
    return f"~{source.removeprefix(home)}" if source.startswith(f"{home}/") else source


def _is_filled(source: str, plan: ServicePlan) -> bool:
    """Whether a service writes into the folder, or one around it, so that others find its files there."""
    for service in plan.project.services.values():
        volumes = service.node.get("volumes")
        for node in volumes.items if isinstance(volumes, Sequence) else ():
            if text_at(node, "type") == "bind" and text_at(node, "read_only") != "True":
                around = text_at(node, "source").rstrip("/")
                if f"{source}/".startswith(f"{around}/"):
                    return True
    return False


def _is_file(volume: Volume) -> bool:
    """Whether source and target look like a file, whose place no claim can take."""
    return all(_FILE_NAME.search(path) for path in (volume.source, volume.target))


def _inside(volume: Volume, plan: ServicePlan) -> Iterator[Effect]:
    content = plan.disk.look(Path(volume.source))
    # A place for data, even among the code.
    is_empty = isinstance(content, Missing) or (isinstance(content, FolderContent) and not _has_content(content))
    code = _code(volume, plan, content) if not isinstance(content, FileContent) and not is_empty else None
    if code is not None:
        yield code
        return
    match content:
        case FileContent():
            yield from _files(volume, plan, ((posixpath.basename(volume.source), content),), single=True)
        case FolderContent() if _has_content(content) and not _keeps_data(volume, plan):
            yield from _files(volume, plan, content.files, single=False)
        case Missing() if _is_file(volume) or (volume.read_only and not _is_filled(volume.source, plan)):
            yield Lose("missing", of=volume.node, detail=plan.project.relative(volume.source))
        case Unusable() if not os.path.isdir(volume.source):  # noqa: PTH112 - a name that is too long is no folder
            yield Lose("unusable", of=volume.node, detail=content.why)
        case _:
            yield from mount(volume, FolderUse(plan.project.relative(volume.source)))
            if isinstance(content, Unusable):
                yield Lose("too-large", of=at(volume), detail=content.why)


def _has_content(folder: FolderContent) -> bool:
    return any(posixpath.basename(name) not in _PLACEHOLDERS for name, _ in folder.files)


def _keeps_data(volume: Volume, plan: ServicePlan) -> bool:
    """Whether a datastore writes here: what lies on disk is its old data, not configuration."""
    return not volume.read_only and volume.target.rstrip("/") in folders_of(plan.service.node)


def _code(volume: Volume, plan: ServicePlan, content: Content) -> Lose | None:
    """What becomes of a mount that shows source code of the build context; None for one that shows anything else.

    The image holds what a COPY puts where the mount stands. All of a context is its code, wherever it is mounted.
    """
    build = plan.service.node.get("build")
    inside = posixpath.relpath(volume.source, text_at(build, "context") or "/")
    if not text_at(build, "context") or inside.startswith(".."):
        return None
    held = _held("" if inside == "." else inside, posixpath.normpath(volume.target), plan)
    if held is None:
        return Lose("assumed-code", of=volume.node)
    beyond = _beyond(held, inside, content) if inside != "." else ()  # a context holds more than the program
    if beyond and volume.read_only:
        return None
    if beyond:
        return Lose("partly-in-image", of=volume.node, detail=f"the Dockerfile does not copy {', '.join(beyond[:3])}")
    if held:
        return Lose(
            "development", of=volume.node, detail="" if held == (inside,) else f"the Dockerfile copies {', '.join(held)}"
        )
    return Lose("not-in-image", of=volume.node) if inside == "." else None


def _beyond(held: tuple[str, ...], inside: str, content: Content) -> tuple[str, ...]:
    """The files of a mounted folder of the context that are in none of the parts which the image holds of it."""
    if not held or not isinstance(content, FolderContent):
        return ()
    files = (posixpath.normpath(posixpath.join(inside, name)) for name, _ in content.files)
    patterns = tuple("*" if part in ("", ".") else f"{part}/*" for part in held)
    return tuple(one for one in files if not any(fnmatch(f"{one}/", pattern) for pattern in patterns))


def _held(source: str, path: str, plan: ServicePlan) -> tuple[str, ...] | None:
    """What the image has of the folder ``source`` of its context at ``path``: all of it, parts, or nothing; None: unknown."""
    build = plan.service.node.get("build")
    text = written(build, plan.disk)
    if text is None:
        return None
    ignored = plan.disk.look(Path(text_at(build, "context"), ".dockerignore")) if source else None
    if isinstance(ignored, FileContent) and is_ignored(source, ignored.data.decode("utf-8", "replace")):
        return ()
    given = build.get("args") if isinstance(build, Mapping) else None
    arguments = {str(key): text_at(given, str(key)) for key in given.entries} if isinstance(given, Mapping) else {}
    every = copied(text, text_at(build, "target"), text_at(build, "context"), arguments)
    known = [one for one in every if one.path is not None]
    if any(one.shows(source, path) for one in known):
        return (source or ".",)
    parts = tuple(one.source for one in known if one.is_part(source, path))
    is_open = any(one.path is None and (one.shows(source, path) or one.is_part(source, path)) for one in every)
    return parts or (None if is_open else ())


def _files(volume: Volume, plan: ServicePlan, files: tuple[tuple[str, FileContent], ...], *, single: bool) -> Iterator[Effect]:
    source = plan.project.relative(volume.source)
    named = ((source if single else f"{source}/{path}", content) for path, content in files)
    is_secret = any(is_sensitive(content.data, "" if content.executable else path) for path, content in named)
    carried = tuple((path, conceal(content.data, is_secret), content.executable) for path, content in files)
    name = object_name(f"{plan.target.name}-{posixpath.basename(volume.source)}")
    yield from mount(volume, FileUse(name, carried, single, is_secret, source=source))
    if not volume.read_only:
        yield Lose(
            "read-only" if single or is_known(text_at(plan.service.node, "image")) else "read-only-folder", of=at(volume)
        )


def object_name(text: str) -> str:
    """A legal name for an object made from a path: ``./data/db`` is ``data-db``."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50].strip("-") or "data"
    return name if name[0].isalpha() else f"data-{name}"


def is_sensitive(data: bytes, path: str = "") -> bool:
    """Whether a file holds something secret: its name says so, a private key, or an entry that looks like a secret."""
    text = data.decode("utf-8", "replace")
    if path and "\0" not in text and text.strip() and is_file_of_secret(path):
        return True
    if "PRIVATE KEY-----" in text:
        return True
    text = _COMMENT_LINE.sub("", without_references(text))
    if _PASSWORD_LINE.search(text):
        return True
    entries = (
        (key, value) for key, value in _ENTRY.findall(text) if value.strip(",;") != "$(X)" and not is_name_of_key(key, value)
    )
    return secret_reason("", text) is not None or any(secret_reason(key, value) for key, value in entries)


def conceal(data: bytes, is_secret: bool) -> bytes | Concealed:
    """``data``, concealed if it is secret."""
    return Concealed(data.decode("utf-8", "surrogateescape")) if is_secret else data
