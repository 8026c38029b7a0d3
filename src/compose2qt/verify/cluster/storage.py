"""What a kubelet mounts into a container, and which containers see the same storage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Fact, Files, Place
from compose2qt.verify.docker.storage import HOST, IMAGE_FILES, ONLY_ROOT, PERSISTENT, READERS, WRITERS, memory, outside
from compose2qt.verify.reading import entries, find, is_true, items, number, place, text, texts
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Container, View
    from compose2qt.verify.contract import Value

_BLOCKS = "nothing: a claim of blocks is no folder"
SCRATCH = "empty storage that lives as long as the pod"
_DEFAULT_MODE = 0o644
_READ = ("configMap", "secret")
AT_ROOT = "whether lost+found is in"
_REFUSING = {
    re.compile(r"(?:(?:postgres|postgis):|(?:pgvector|timescaledb):.*pg)(?:9|1[0-7])(?!\d).*"): "/var/lib/postgresql/data",
    re.compile(r"(?:mysql|percona)(?::.*)?"): "/var/lib/mysql",
}
"""Images by the last part of their names with its tag, and the folder that their program wants to find empty."""
_OWNERS = re.compile(r"\bch(?:own|mod|grp)\b|\binstall\b")


class Mounts:
    """The mounts of one container."""

    def __init__(self, container: Container, view: View) -> None:
        self.container, self.view = container, view
        self.volumes = {text(volume, "name"): volume for volume in items(container.pod.node, "volumes")}
        templates = items(container.pod.item.root, "spec", "volumeClaimTemplates")
        self.templates = {text(template, "metadata", "name"): template for template in templates}
        self.stores: dict[str, Place] = {}
        """By path: the storage that other containers may share."""

    def facts(self) -> Iterator[Fact]:
        """What stands at each path of the container, other than the image's own."""
        found: dict[str, Fact] = {}
        for mount in items(self.container.node, "volumeMounts"):
            path = text(mount, "mountPath").rstrip("/") or "/"
            value = self._value(path, mount)
            is_secret = _has_secret(self.volumes.get(text(mount, "name")))
            found[path] = Fact(Aspect.MOUNTS, path, value, mount.span, is_secret)
            yield from self._readers(path, mount)
            if any(fills(one, path, mount) for one in self.container.pod.containers if one.image == self.container.image):
                yield Fact(Aspect.MOUNTS, f"{path} {IMAGE_FILES}", "yes", mount.span)
            yield from self._writers(path, mount, str(value))
        yield from found.values()

    def _value(self, path: str, mount: Node) -> Value:
        name = text(mount, "name")
        sub_path = (text(mount, "subPath") or text(mount, "subPathExpr")).strip("/")
        inside = f", folder {sub_path} of it" if sub_path else ""
        access = "read-only" if is_true(mount, "readOnly") else "read-write"
        if name in self.templates:
            if text(self.templates[name], "spec", "volumeMode") == "Block":
                return _BLOCKS
            self.stores[path] = Place.of(f"template {self.container.pod.item.id} {name}", sub_path)
            return f"{PERSISTENT}{inside}, {access}"
        volume = self.volumes.get(name)
        if volume is None:
            return f"nothing: there is no volume {name}"
        if (claim := find(volume, "persistentVolumeClaim")) is not None:
            self.stores[path] = Place.of(f"claim {self.view.namespace} {text(claim, 'claimName')}", sub_path)
            held = self.view.world.index.get(("PersistentVolumeClaim", self.view.namespace, text(claim, "claimName")))
            if held is not None and held.text("spec", "volumeMode") == "Block":
                return _BLOCKS
            only_read = held is not None and set(texts(held.root, "spec", "accessModes")) == {"ReadOnlyMany"}
            access = "read-only" if is_true(claim, "readOnly") or only_read else access
            return f"{PERSISTENT}{inside}, {access}"
        # The claim of an ephemeral volume is the pod's, and ends with it.
        if (scratch := find(volume, "emptyDir") or find(volume, "ephemeral")) is not None:
            self.stores[path] = Place.of(f"scratch {self.container.pod.item.id} {name}", sub_path)
            return _scratch(scratch) + (", read-only" if access == "read-only" else "")
        if (host := find(volume, "hostPath")) is not None:
            self.stores[path] = Place.of(HOST, f"{text(host, 'path')}/{sub_path}")
            return f"node path {text(host, 'path')}{inside}, {access}"
        if any(find(volume, kind) is not None for kind in ("configMap", "secret", "projected")):
            return self._files(volume, sub_path)
        kind = next((key for key in entries(volume) if key != "name"), "nothing")
        shown = text(volume, kind, "reference") or text(volume, kind, "server") or text(volume, kind, "driver")
        self.stores[path] = Place.of(f"{kind} {shown} {text(volume, kind, 'path')}", sub_path)
        return f"{PERSISTENT if kind in ('nfs', 'csi') else f'{kind} {shown}'.strip()}{inside}, {access}"

    # Files -----------------------------------------------------------------------------------------------------------

    def _files(self, volume: Node, sub_path: str) -> Value:
        """The content of a ConfigMap, Secret or several of them; a sub-path picks one file or folder."""
        found: dict[str, tuple[str, int]] = {}
        if others := sorted(kind for path, kind in _unread(volume) if sub_path in ("", path)):
            return f"files with a {', '.join(others)} among them"
        for kind, source in _sources(volume):
            name = text(source, "name") or text(source, "secretName")
            data = self.view.data("ConfigMap" if kind == "configMap" else "Secret", name)
            if data is not None and kind == "secret" and is_true(source, "optional") and not self.view.is_held("Secret", name):
                return f"files that may be missing: Secret {name} is optional"
            if data is None and kind == "secret" and not is_true(source, "optional"):
                return outside(name)
            if data is None:
                return (
                    f"nothing: there is no {kind} {name}" if not is_true(source, "optional") else "an empty folder, read-only"
                )
            found |= _listed(source, data, _default_mode(volume, kind))
        if sub_path:
            below = {p.removeprefix(f"{sub_path}/"): file for p, file in found.items() if p.startswith(f"{sub_path}/")}
            found = {"": found[sub_path]} if sub_path in found else below
            if not found:
                return f"nothing: no file {sub_path}"
        if self._user not in ("", "0") and any(self._is_closed(mode) for _, mode in found.values()):
            return f"files that user {self._user} may not read"
        return Files(tuple((path, content, bool(mode & 0o111)) for path, (content, mode) in found.items()))

    @property
    def _user(self) -> str:
        owners = (self.container.node, self.container.pod.node)
        return next((user for owner in owners if (user := text(owner, "securityContext", "runAsUser"))), "")

    def _is_closed(self, mode: int) -> bool:
        """Whether files of root with this mode are closed to other users of the pod."""
        group = text(self.container.pod.node, "securityContext", "fsGroup")
        return not (mode & 0o004 or (group and mode & 0o440))

    def _readers(self, path: str, mount: Node) -> Iterator[Fact]:
        """Files that only root may read matter where the image says who runs."""
        volume = self.volumes.get(text(mount, "name"))
        sources = list(_sources(volume)) if volume is not None and not self._user else ()
        modes = [mode for kind, source in sources for mode in _modes(source, _default_mode(volume, kind))]
        if any(self._is_closed(mode) for mode in modes):
            yield Fact(Aspect.USER, f"{READERS} {path}", ONLY_ROOT, place(volume))

    def _writers(self, path: str, mount: Node, value: str) -> Iterator[Fact]:
        """A new claim is root's, unless the pod has a group for it, or something gives it away before the start."""
        is_written = value.startswith(PERSISTENT) and value.endswith("read-write") and not text(mount, "subPath")
        if not is_written or text(self.container.pod.node, "securityContext", "fsGroup") or self._is_given_away(mount):
            return
        claim = text(self.volumes.get(text(mount, "name")), "persistentVolumeClaim", "claimName")
        held = self.view.world.index.get(("PersistentVolumeClaim", self.view.namespace, claim))
        if text(mount, "name") in self.templates or (held is not None and not held.text("spec", "volumeName")):
            yield Fact(Aspect.USER, f"{WRITERS} {path}", ONLY_ROOT, mount.span)

    def roots(self, known: Mapping[str, str]) -> Iterator[Fact]:
        """New claims at whose root a datastore keeps its data, which refuses a folder with ``lost+found`` in it."""
        name = self.container.image.partition("@")[0].rpartition("/")[2]
        folder = next((folder for names, folder in _REFUSING.items() if names.fullmatch(name)), "")
        for mount in items(self.container.node, "volumeMounts"):
            path, inside = text(mount, "mountPath").rstrip("/"), text(mount, "subPath") or text(mount, "subPathExpr")
            place = self.stores.get(path)
            is_claim = place is not None and place.root.startswith(("claim ", "template "))
            if is_claim and not inside and path == folder and known.get("PGDATA", path).rstrip("/") == path:
                yield Fact(Aspect.MOUNTS, f"{AT_ROOT} {path}", "the root of a claim", mount.span)

    def _is_given_away(self, mount: Node) -> bool:
        """Whether an init container that mounts the same volume changes owners or modes."""
        before = (one for one in self.container.pod.containers if one.role == "init")
        words = (
            " ".join((*texts(one.node, "command"), *texts(one.node, "args")))
            for one in before
            if any(text(other, "name") == text(mount, "name") for other in items(one.node, "volumeMounts"))
        )
        return any(_OWNERS.search(command) for command in words)


def fills(container: Container, path: str, mount: Node) -> bool:
    """Whether a container that runs first copies what its image has at ``path`` into the empty storage of ``mount``."""
    if container.role != "init":
        return False
    script = " ".join((*texts(container.node, "command"), *texts(container.node, "args")))
    for other in items(container.node, "volumeMounts"):
        same = all(text(other, key) == text(mount, key) for key in ("name", "subPath"))
        to = re.escape(text(other, "mountPath").rstrip("/"))
        if same and re.search(rf"\bls -A {to}\b.*\bcp -a '?{re.escape(path)}'?/\. {to}/", script):
            return True
    return False


def _default_mode(volume: Node | None, kind: str) -> int:
    stated = (number(volume, owner, "defaultMode") for owner in (kind, "projected"))
    return next((mode for mode in stated if mode is not None), _DEFAULT_MODE)


def _modes(source: Node, default: int) -> Iterator[int]:
    own = (number(item, "mode") for item in items(source, "items"))
    yield from (default if mode is None else mode for mode in own)
    if not items(source, "items"):
        yield default


def _sources(volume: Node) -> Iterator[tuple[str, Node]]:
    for kind in ("configMap", "secret"):
        if (source := find(volume, kind)) is not None:
            yield kind, source
    for entry in items(volume, "projected", "sources"):
        for kind in ("configMap", "secret"):
            if (source := find(entry, kind)) is not None:
                yield kind, source


def _unread(volume: Node) -> Iterator[tuple[str, str]]:
    """Path and kind of projected files that the cluster makes: tokens, certificates, what a pod is."""
    for entry in items(volume, "projected", "sources"):
        for kind, source in entries(entry).items():
            paths = [text(item, "path") for item in items(source, "items")] or [text(source, "path")]
            yield from ((path, kind) for path in paths if kind not in _READ)


def _listed(source: Node, data: Mapping[str, str], default: int) -> dict[str, tuple[str, int]]:
    """Path to content and mode: the listed keys, else all."""
    listed = items(source, "items")
    if not listed:
        return {key: (value, default) for key, value in data.items()}
    paths = zip(listed, _modes(source, default), strict=True)
    return {text(item, "path").strip("/"): (data[key], mode) for item, mode in paths if (key := text(item, "key")) in data}


def _scratch(node: Node) -> str:
    written = text(node, "sizeLimit")
    if text(node, "medium") != "Memory":
        return f"{SCRATCH}, at most {written}" if written else SCRATCH
    try:
        return memory(int(Quantity.parse(written).amount) if written else None)
    except ValueError:
        return f"memory, at most {written}"


def _has_secret(volume: Node | None) -> bool:
    return volume is not None and any(kind == "secret" for kind, _ in _sources(volume))
