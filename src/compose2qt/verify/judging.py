"""When two values of an aspect mean the same at run time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.source.disk import FileContent, FolderContent
from compose2qt.verify.cluster.admission import VOLUME
from compose2qt.verify.cluster.before import OF_WAITS
from compose2qt.verify.cluster.storage import AT_ROOT
from compose2qt.verify.cluster.world import CLOSE, OPEN
from compose2qt.verify.contract import Answers, Argv, Aspect, Files, Folder, OfImage, text_of
from compose2qt.verify.docker.life import DEFAULT_GRACE
from compose2qt.verify.docker.process import USER
from compose2qt.verify.docker.storage import PERSISTENT, READERS, WRITERS
from compose2qt.verify.hosts import arrives, mentions, same_text
from compose2qt.verify.image import normalized
from compose2qt.verify.nesting import uncovered
from compose2qt.verify.verification import Judgement, Outcome
from compose2qt.workload.sensitive import is_file_of_secret, secret_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compose2qt.source.disk import Content, Disk
    from compose2qt.verify.cluster import ClusterSide
    from compose2qt.verify.contract import Fact, Value
    from compose2qt.verify.docker import DockerSide
    from compose2qt.verify.image import ImageFacts

BY_OPERATOR = "secret.by-operator"
OWNERSHIP = "storage.ownership"
"""Of the explanations that say to which group claims are given: that of the user that an image runs as."""
_EQUAL, _DIFFERENT, _UNKNOWN = Outcome.EQUAL, Outcome.DIFFERENT, Outcome.UNKNOWN
_MARK = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


class Judge:
    """Compares the facts of one service and its container."""

    def __init__(
        self, docker: DockerSide, cluster: ClusterSide, images: ImageFacts, disk: Disk, owners: Mapping[str, str]
    ) -> None:
        self.docker, self.cluster, self.images, self._disk, self._owners = docker, cluster, images, disk, owners
        self._content: dict[str, Content] = {}
        self.apart: dict[str, str] = {}
        """By service: the image of its container, where it is another one than Docker's and nothing explains that."""
        # Names that Docker resolves and the cluster does not: a value that still holds one has lost its host.
        self._namespaces = {container.pod.namespace for container in cluster.seats.values()}
        # Those of a workload that is held back wait with it; those of what runs to an end for others are gone by then.
        self.lost = {
            name
            for name, services in docker.network.names.items()
            if not self._resolves(name, services)
            and not all(service in docker.waiters or cluster.is_held_back(service) for service in services)
        }
        self._judges: Mapping[Aspect, Callable[[str, str, Value, Value], Judgement]] = {
            Aspect.ARGV: self._argv,
            Aspect.DIRECTORY: self._directory,
            Aspect.ENVIRONMENT: self._environment,
            Aspect.IMAGE: self._image,
            Aspect.MOUNTS: self._mounts,
            Aspect.NAMES: self._names,
            Aspect.HEALTH: self._text,
            Aspect.START: self._hook,
            Aspect.STOP: self._stop,
            Aspect.USER: self._user,
        }

    def _resolves(self, name: str, services: tuple[str, ...]) -> bool:
        return any(self.cluster.answers(name.lower(), namespace).keys() & set(services) for namespace in self._namespaces)

    def judge(self, service: str, aspect: Aspect, item: str, left: Fact | None, right: Fact | None) -> Judgement:
        """Whether the facts of both sides mean the same."""
        ours, theirs = left.value if left else None, right.value if right else None
        if ours == theirs and (apart := self._of_images(service, ours)) is not None:
            return apart
        if ours == theirs and not (self.lost and aspect in (Aspect.ENVIRONMENT, Aspect.ARGV)):
            text = text_of(ours)
            return Judgement(_EQUAL, text, text)
        if aspect is Aspect.WORKLOAD and item.startswith(VOLUME):
            return Judgement(_UNKNOWN, text_of(ours), text_of(theirs), "the pod does not start until somebody makes the Secret")
        decide = self._judges.get(aspect)
        if decide is not None:
            return decide(service, item, ours, theirs)
        return self._value(service, ours, theirs)

    def is_untold(self, service: str, left: Fact | None, right: Fact | None) -> bool:
        """Whether both sides leave an item to images that differ, and nobody knows what these say: the image is told once."""
        if left is None or right is None or left.value != right.value or service not in self.apart:
            return False
        return None in (self._of_both(service, left.value) or ())

    def _of_images(self, service: str, value: Value) -> Judgement | None:
        """What two images say of themselves; None if it is one image, the value is not the image's, or nobody knows it."""
        left, right = (service in self.apart and self._of_both(service, value)) or (None, None)
        if left is None or right is None:
            return None
        return Judgement(_EQUAL if left == right else _DIFFERENT, left, right)

    def _of_both(self, service: str, value: Value) -> tuple[str | None, str | None] | None:
        """``value`` as the image of each side has it; None if it is not the image's."""
        is_of_image = isinstance(value, OfImage) or (isinstance(value, Argv) and value.is_of_image)
        images = (self._image_of(service), self.apart[service])
        return (self.images.text(images[0], value), self.images.text(images[1], value)) if is_of_image else None

    # Single values --------------------------------------------------------------------------------------------------

    def _value(self, service: str, ours: Value, theirs: Value) -> Judgement:
        """Values of which one may be the image's own."""
        image = self._image_of(service)
        texts = text_of(ours), text_of(theirs)
        if isinstance(ours, OfImage) and isinstance(theirs, str):
            known = self.images.value(image, ours)
            if known is None:
                return Judgement(_UNKNOWN, *texts, f"it depends on the image's {ours.field}: give --image-facts")
            return Judgement(_EQUAL if known == theirs else _DIFFERENT, known, theirs)
        if isinstance(theirs, OfImage) and isinstance(ours, str):
            known = self.images.value(image, theirs)
            return Judgement(_EQUAL if known == ours else _DIFFERENT, ours, texts[1] if known is None else known)
        return Judgement(_EQUAL if ours == theirs else _DIFFERENT, *texts)

    def _image_of(self, service: str) -> str:
        contract = self.docker.contracts.get(service)
        fact = contract.facts.get((Aspect.IMAGE, "")) if contract else None
        return text_of(fact.value) if fact else ""

    def _image(self, service: str, item: str, ours: Value, theirs: Value) -> Judgement:
        left, right = text_of(ours), text_of(theirs)
        if item == OF_WAITS:
            return Judgement(_UNKNOWN, left, right, "it depends on whether the image holds the shell and clients of the wait")
        if not left.endswith(", built locally"):
            return Judgement(_DIFFERENT, left, right)
        container = self.cluster.seats.get(service)
        if (container is not None and right == normalized(container.name)) or right == left.removesuffix(", built locally"):
            return Judgement(_DIFFERENT, left, f"{right}, to be built")
        return Judgement(_UNKNOWN, left, right, "whether this is the image that Compose builds, nobody says here")

    def _directory(self, service: str, _: str, ours: Value, theirs: Value) -> Judgement:
        left, right = (value.rstrip("/") or "/" if isinstance(value, str) else value for value in (ours, theirs))
        return self._value(service, left, right)

    def _stop(self, service: str, _: str, ours: Value, theirs: Value) -> Judgement:
        if isinstance(ours, str) and ours.endswith(DEFAULT_GRACE) and ours.removesuffix(DEFAULT_GRACE) == theirs:
            return Judgement(_EQUAL, ours, text_of(theirs))
        return self._hook(service, _, ours, theirs)

    def _hook(self, service: str, _: str, ours: Value, theirs: Value) -> Judgement:
        """What runs beside the start or before the end: its commands may name hosts."""
        if isinstance(ours, str) and isinstance(theirs, str) and self.same_text(service, ours, theirs):
            return Judgement(_EQUAL, ours, theirs)
        return self._value(service, ours, theirs)

    def _user(self, service: str, item: str, ours: Value, theirs: Value) -> Judgement:
        if item.startswith(READERS):
            return self._readers(service, ours, theirs)
        if item.startswith(WRITERS):
            return self._writers(service, text_of(theirs))
        if item == "must not be root":
            return self._not_root(service, ours, theirs)
        if item == "group" and ours is None and isinstance(theirs, str) and (group := self._image_group(service)):
            return Judgement(_EQUAL if group == theirs else _DIFFERENT, group, theirs)
        names = {"root": "0"}
        left = names.get(ours, ours) if isinstance(ours, str) else ours
        right = names.get(theirs, theirs) if isinstance(theirs, str) else theirs
        if item == "group" and ours is None and theirs == "0" and self._runs_as_root(service):
            return Judgement(_EQUAL, "absent", "0")
        by_name = isinstance(left, str) and isinstance(right, str) and left.isdecimal() != right.isdecimal()
        if by_name and item in ("user", "group"):
            return Judgement(_UNKNOWN, text_of(ours), text_of(theirs), "it depends on the image's /etc/passwd")
        return self._value(service, left, right)._replace(compose=text_of(ours), kubernetes=text_of(theirs))

    def _readers(self, service: str, ours: Value, theirs: Value) -> Judgement:
        """Files that the manifests keep for root: it may be root that the image runs."""
        user = self.images.value(self._image_of(service), USER)
        texts = text_of(ours), text_of(theirs)
        if theirs is None or user in ("0", "root"):
            return Judgement(_EQUAL, *texts)
        if user is None:
            return Judgement(_UNKNOWN, *texts, "it depends on the image's User: give --image-facts")
        return Judgement(_DIFFERENT, *texts)

    def _writers(self, service: str, theirs: str) -> Judgement:
        """A new claim that is root's alone; in Docker a new volume belongs to the owner of the image's folder."""
        ours = "the owner of the image's folder"
        stated = text_of(self.cluster.contracts[service].facts[Aspect.USER, "user"].value)
        if stated.isdecimal() and int(stated):
            return Judgement(_UNKNOWN, ours, theirs, "it depends on the owner of the image's folder, or of the claim's files")
        user = self.images.value(self._image_of(service), USER) or self._owners.get(service, "")
        may_write = stated.isdecimal() or user in ("", "0", "root")
        return Judgement(_EQUAL if may_write else _DIFFERENT, ours, theirs)

    def _not_root(self, service: str, ours: Value, theirs: Value) -> Judgement:
        """The kubelet starts nothing that may be root: a number shows that it is not, a name does not."""
        texts = text_of(ours), text_of(theirs)
        fact = self.cluster.contracts[service].facts.get((Aspect.USER, "user"))
        stated = fact.value if fact is not None else USER
        user = self.images.value(self._image_of(service), stated) if isinstance(stated, OfImage) else text_of(stated)
        if user is None:
            return Judgement(_UNKNOWN, *texts, "it depends on the image's User: give --image-facts")
        return Judgement(_EQUAL if user.isdecimal() and int(user) else _DIFFERENT, *texts)

    def _image_group(self, service: str) -> str:
        """The group that the image itself names; empty if Compose states a user, or nothing is known."""
        config = self.images.config(self._image_of(service)) or {}
        is_stated = self.docker.contracts[service].facts[Aspect.USER, "user"].value != USER
        return "" if is_stated else str(config.get("User") or "").partition(":")[2]

    def _runs_as_root(self, service: str) -> bool:
        """Whether Compose says so: then the group is root's too."""
        fact = self.docker.contracts[service].facts.get((Aspect.USER, "user"))
        return fact is not None and fact.value in ("0", "root")

    def _text(self, service: str, _: str, ours: Value, theirs: Value) -> Judgement:
        if isinstance(ours, str) and isinstance(theirs, str) and self.same_text(service, ours, theirs):
            return Judgement(_EQUAL, ours, theirs)
        return Judgement(_DIFFERENT, text_of(ours), text_of(theirs))

    # Texts with host names ------------------------------------------------------------------------------------------

    def same_text(self, service: str, ours: str, theirs: str, key: str = "") -> bool:
        """Whether both are equal but for host names that reach the same service and port."""
        if ours == theirs:
            return not self.lost or not any(True for _ in mentions(ours, self.lost, key))
        namespace = self.cluster.seats[service].pod.namespace
        linked = self.docker.network.local.get(service, {})
        return same_text(
            ours, theirs, lambda name: self._services_of(name, linked), lambda name: self._answers(name, namespace)
        )

    def _services_of(self, name: str, linked: Mapping[str, str]) -> tuple[str, ...]:
        """The services behind a name in Docker; a service without network has only the name that nobody resolves.

        ``linked`` are the names that only the reader knows. The name of a service means that service, whatever aliases
        others have.
        """
        if name in linked:
            return (linked[name],)
        return self.docker.network.found(name)

    def _answers(self, name: str, namespace: str) -> dict[str, Answers]:
        return self.cluster.meant(name, namespace)

    def _argv(self, service: str, _: str, ours: Value, theirs: Value) -> Judgement:
        if not isinstance(ours, Argv) or not isinstance(theirs, Argv):
            return Judgement(_DIFFERENT, text_of(ours), text_of(theirs))
        if self._same_words(service, ours.words, theirs.words):
            return Judgement(_EQUAL, str(ours), str(theirs))
        image = self._image_of(service)
        left, right = self.images.words(image, ours), self.images.words(image, theirs)
        if left is not None and right is not None:
            same = self._same_words(service, left, right)
            return Judgement(_EQUAL if same else _DIFFERENT, str(Argv(left)), str(Argv(right)))
        if all(isinstance(word, OfImage) for word in ours.words):
            return Judgement(
                _UNKNOWN, str(ours), str(theirs), "it depends on the image's Entrypoint and Cmd: give --image-facts"
            )
        return Judgement(_DIFFERENT, str(ours), str(theirs))

    def _same_words(self, service: str, ours: tuple[str | OfImage, ...], theirs: tuple[str | OfImage, ...]) -> bool:
        return len(ours) == len(theirs) and all(
            self.same_text(service, left, right) if isinstance(left, str) and isinstance(right, str) else left == right
            for left, right in zip(ours, theirs, strict=True)
        )

    def _environment(self, service: str, item: str, ours: Value, theirs: Value) -> Judgement:
        left, right = text_of(ours), text_of(theirs)
        if isinstance(ours, str) and isinstance(theirs, str):
            if OPEN in theirs:
                return self._marked(service, ours, theirs, item)
            return Judgement(_EQUAL if self.same_text(service, ours, theirs, item) else _DIFFERENT, left, right)
        right = _MARK.sub(lambda match: f"<{match[1]}>", right)
        opened = self.cluster.open.get(service, ())
        if theirs is None and opened:
            return Judgement(_UNKNOWN, left, right, f"it may stand in the Secret {opened[0]}, which is not in the manifests")
        image = self.images.environment(self._image_of(service)).get(item)
        return Judgement(_EQUAL if image is not None and image == (ours or theirs) else _DIFFERENT, left, right)

    def _marked(self, service: str, ours: str, theirs: str, key: str) -> Judgement:
        """A value of which parts stand in Secrets that only the operator knows: the rest must agree."""
        shown = _MARK.sub(lambda match: f"<{match[1]}>", theirs)
        filled = self._filled(ours, theirs)
        if filled is None or not self.same_text(service, ours, filled, key):
            return Judgement(_DIFFERENT, ours, shown)
        if any(not name.startswith("Secret ") for name in _MARK.findall(theirs)):
            return Judgement(_DIFFERENT, ours, shown)
        missing = [name for name in _MARK.findall(theirs) if not self._is_promised(name)]
        if missing:
            return Judgement(_UNKNOWN, ours, shown, f"it depends on {missing[0]}, which the manifests do not hold")
        return Judgement(_DIFFERENT, ours, shown, "", BY_OPERATOR if secret_reason(key, ours) else "")

    def _filled(self, ours: str, theirs: str) -> str | None:
        """``theirs`` with each unknown part read off ``ours``; None if the known parts do not fit."""
        known = _MARK.split(theirs)[::2]
        match = re.fullmatch("(.*)".join(re.escape(part) for part in known), ours, re.DOTALL)
        if match is None:
            return None if len(known) < 2 or not known[0] + known[-1] else self._loosely(ours, known)
        return ours

    def _loosely(self, ours: str, known: list[str]) -> str | None:
        """The same where host names around the unknown part were renamed: the part before it must still fit."""
        if not ours.startswith(known[0]):
            return None
        start = len(known[0])
        end = ours.find(known[-1][:1], start) if known[-1] else len(ours)
        return known[0] + ours[start:end] + known[-1] if end >= 0 and len(known) == 2 else None

    def _is_promised(self, mark: str) -> bool:
        match = re.match(r"Secret ([^,]+), key ", mark)
        return match is not None and self.cluster.world.is_promised(match[1])

    # Names ----------------------------------------------------------------------------------------------------------

    def _names(self, _: str, __: str, ours: Value, theirs: Value) -> Judgement:
        left, right = text_of(ours), text_of(theirs)
        if not isinstance(ours, Answers) or not isinstance(theirs, Answers):
            return Judgement(_DIFFERENT, left, right)
        # In Docker a port is dialled by its own number: one that only answers under another number is lost.
        dialled = {key for key, _ in ours.ports} | {(target, protocol) for (_, protocol), target in theirs.ports}
        same = all(arrives(theirs, port, protocol) == port for port, protocol in dialled)
        return Judgement(_EQUAL if same and set(ours.also) == set(theirs.also) else _DIFFERENT, left, right)

    # Files ----------------------------------------------------------------------------------------------------------

    def _mounts(self, service: str, item: str, ours: Value, theirs: Value) -> Judgement:
        left, right = text_of(ours), text_of(theirs)
        if item.startswith(AT_ROOT):
            return Judgement(_UNKNOWN, left, right, "it depends on the storage class: with it nothing starts")
        if not isinstance(theirs, Files):
            return Judgement(_EQUAL if left == right else _DIFFERENT, left, right)
        held = _files_of(self.look(ours.source), ours.covered) if isinstance(ours, Folder) else ours
        marked = {path for path, content, _ in theirs.files if OPEN in str(content)}
        filled = f"{right}, filled by the operator" if marked else right
        by_operator = BY_OPERATOR if marked and self._is_secret_file(service, item, held) else ""
        if not isinstance(held, Files):
            # Neither side holds the content: a Secret's is the operator's.
            is_known = isinstance(ours, str | Folder) and not str(ours).startswith((PERSISTENT, "memory"))
            return Judgement(_DIFFERENT, left, filled, "", by_operator if is_known else "")
        if problem := self._unlike(service, held, theirs, marked):
            return Judgement(_DIFFERENT, left, f"{filled}, but {problem}")
        if marked:
            return Judgement(_DIFFERENT, left, filled, "", by_operator)
        access = ours.read_only if isinstance(ours, Folder | Files) else True
        return Judgement(_EQUAL if access == theirs.read_only else _DIFFERENT, left, right)

    def _is_secret_file(self, service: str, path: str, held: Value) -> bool:
        """Whether Compose mounts a secret at ``path``: one of its own, or a file that is one by its name or content."""
        fact = self.docker.contracts[service].facts.get((Aspect.MOUNTS, path))
        if fact is None or fact.secret or is_file_of_secret(path):
            return fact is not None
        if isinstance(fact.value, Folder) and is_file_of_secret(fact.value.source):
            return True
        texts = (str(content) for _, content, _ in held.files) if isinstance(held, Files) else ()
        return any(secret_reason("", content) for content in texts)

    def _unlike(self, service: str, ours: Files, theirs: Files, marked: set[str]) -> str:
        """What is not the same about the files of both sides; empty if nothing. Nobody knows the content of ``marked``."""
        left = {path: (content, executable) for path, content, executable in ours.files}
        right = {path: (content, executable) for path, content, executable in theirs.files}
        for path in dict.fromkeys((*left, *right)):
            shown = path or "the file"
            if path not in right:
                return f"{shown} is missing"
            if path not in left:
                return f"{shown} is not there in Docker"
            (content, executable), (other, other_executable) = left[path], right[path]
            if executable and not other_executable:
                return f"{shown} is not executable"
            if path not in marked and not self._same_content(service, content, other):
                return f"{shown} has another content"
        return ""

    def _same_content(self, service: str, ours: str | bytes, theirs: str | bytes) -> bool:
        if _bytes(ours) == _bytes(theirs):
            return True
        left, right = (part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in (ours, theirs))
        return self.same_text(service, left, right)

    def look(self, path: str) -> Content:
        """What lies at ``path`` of the host, read once."""
        if path not in self._content:
            self._content[path] = self._disk.look(Path(path))
        return self._content[path]


def _files_of(content: Content, covered: tuple[str, ...]) -> Files | None:
    if isinstance(content, FileContent):
        return Files((("", content.data, content.executable),))
    if isinstance(content, FolderContent):
        return Files(uncovered(tuple((path, file.data, file.executable) for path, file in content.files), covered))
    return None


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
