"""What rules are asked about: pods and containers inside any kind of workload, and the flags that they answer with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from compose2qt.audit.image import Image
from compose2qt.kube.reading import at, entries, items
from compose2qt.source import Scalar, plain
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.diagnostic import Severity
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node, Path, Span


class Flag(NamedTuple):
    """What a rule says about a place: ``path`` in ``object``, or ``span`` of a source file."""

    message: str
    object: Object | None = None
    path: Path = ()
    span: Span | None = None
    facts: dict[str, str | int] | None = None
    """What the rule's patch needs to know; None where it has no patch for this place."""
    severity: Severity | None = None
    """How bad it is at this place; None: as the rule says."""


def flag(item: Object, message: str, *path: str | int, facts: dict[str, str | int] | None = None) -> Flag:
    """A flag at ``path`` of ``item``; a path that does not exist yet is flagged where it would stand."""
    return Flag(message, item, path, facts=facts)


def text(node: Node | None, *path: str | int) -> str:
    """The scalar at ``path`` under ``node`` as text; empty if it is missing or null."""
    found = at(node, path)
    return str(found.value) if isinstance(found, Scalar) and found.value is not None else ""


def texts(node: Node | None) -> tuple[str, ...]:
    """The scalars of a list as text."""
    return tuple(text(item) for item in items(node))


def number(node: Node | None, default: int = 0) -> int:
    """The whole number that ``node`` holds, else ``default``."""
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def is_true(node: Node | None) -> bool:
    """Whether ``node`` is the boolean true."""
    return isinstance(node, Scalar) and node.value is True


def is_false(node: Node | None) -> bool:
    """Whether ``node`` is the boolean false."""
    return isinstance(node, Scalar) and node.value is False


def amount(node: Node | None) -> Quantity | None:
    """The quantity that ``node`` holds; None if it holds none."""
    try:
        return Quantity.parse(text(node))
    except ValueError:
        return None


def labels(node: Node | None) -> dict[str, str]:
    """A map of labels as text."""
    return {key: text(value) for key, value in entries(node).items()}


def replicas(item: Object) -> int:
    """The number of pods that a workload asks for at one time; a DaemonSet's is that of a node."""
    if item.kind not in ("Job", "CronJob"):
        return number(item.at("spec", "replicas"), 1)
    spec = item.at("spec", "jobTemplate", "spec") if item.kind == "CronJob" else item.at("spec")
    parallelism = number(at(spec, ("parallelism",)), 1)
    return min(parallelism, number(at(spec, ("completions",)), parallelism))


class EnvEntry(NamedTuple):
    """One item of ``env``: ``value`` is None where it is taken from elsewhere."""

    name: str
    value: str | None
    node: Node
    path: Path


class Container(Struct, frozen=True, eq=False, dict=True):
    """A container or init container; ``path`` leads to it from the root of its object."""

    pod: Pod
    node: Node
    path: Path

    @property
    def object(self) -> Object:
        """The workload that the container belongs to."""
        return self.pod.object

    @property
    def starts_first(self) -> bool:
        """Whether it is an init container that ends before the others start (not a sidecar)."""
        return self.path[-2] == "initContainers" and self.text("restartPolicy") != "Always"

    @cached_property
    def name(self) -> str:
        """Its name; empty if it has none."""
        return self.text("name")

    @cached_property
    def image(self) -> Image:
        """Its image, taken apart."""
        return Image.parse(self.text("image"))

    @cached_property
    def env(self) -> tuple[EnvEntry, ...]:
        """Its own environment, in order."""
        path = (*self.path, "env")
        return tuple(
            EnvEntry(text(item, "name"), _literal(item), item, (*path, index))
            for index, item in enumerate(items(self.at("env")))
        )

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """Its volume mounts, in order."""
        return tuple(
            Mount(text(item, "name"), text(item, "mountPath"), item, (*self.path, "volumeMounts", index))
            for index, item in enumerate(items(self.at("volumeMounts")))
        )

    @cached_property
    def ports(self) -> tuple[int, ...]:
        """The ports that it declares."""
        return tuple(number(at(item, ("containerPort",))) for item in items(self.at("ports")))

    def declares(self, port: str) -> bool:
        """Whether it declares a port of this name or number."""
        return any(port in (text(item, "name"), text(item, "containerPort")) for item in items(self.at("ports")))

    @cached_property
    def argv(self) -> tuple[str, ...]:
        """``command`` and ``args`` as one list; without the image's own where one is absent."""
        return (*texts(self.at("command")), *texts(self.at("args")))

    def at(self, *path: str | int) -> Node | None:
        """The node at ``path`` of the container."""
        return at(self.node, path)

    def text(self, *path: str | int) -> str:
        """The scalar at ``path`` of the container as text."""
        return text(self.node, *path)

    def flag(self, message: str, *path: str | int, facts: dict[str, str | int] | None = None) -> Flag:
        """A flag at ``path`` of the container."""
        return Flag(message, self.object, (*self.path, *path), facts=facts)

    @property
    def is_alone(self) -> bool:
        """Whether it is what its pod is for: the only container that is no init container."""
        return self.pod.running == (self,)

    def setting(self, name: str) -> Node | None:
        """A field of its security context, else of the pod's."""
        own = self.at("securityContext", name)
        return self.pod.at("securityContext", name) if own is None else own


class Mount(NamedTuple):
    """One item of ``volumeMounts``."""

    volume: str
    target: str
    node: Node
    path: Path


class Pod(Struct, frozen=True, eq=False, dict=True):
    """A pod spec inside any kind of workload; ``path`` leads to it from the root of its object."""

    object: Object
    path: Path

    @cached_property
    def spec(self) -> Node | None:
        """The pod spec."""
        return self.object.at(*self.path)

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Init containers, then containers."""
        return tuple(
            Container(self, node, (*self.path, field, index))
            for field in ("initContainers", "containers")
            for index, node in enumerate(items(self.at(field)))
        )

    @cached_property
    def running(self) -> tuple[Container, ...]:
        """The containers that run together: without those that end before."""
        return tuple(container for container in self.containers if not container.starts_first)

    @cached_property
    def main(self) -> tuple[Container, ...]:
        """What it is for: the first container that runs and is no sidecar of ``initContainers``; none without containers."""
        return next(((one,) for one in self.containers if one.path[-2] == "containers"), ())

    def named(self, port: str) -> tuple[int, ...]:
        """The ports of this name that its containers declare."""
        declared = (item for container in self.containers for item in items(container.at("ports")))
        return tuple(number(at(item, ("containerPort",))) for item in declared if text(item, "name") == port)

    def serving(self, services: Iterable[Object]) -> tuple[Container, ...]:
        """The containers that declare the ports to which ``services`` lead; what nobody declares is the main one's."""
        found: dict[int, Container] = {}
        for service in services:
            for port in items(service.at("spec", "ports")):
                target = text(port, "targetPort") or text(port, "port")
                chosen = next((one for one in self.running if one.declares(target)), None)
                for one in (chosen,) if chosen else self.main:
                    found[id(one)] = one
        return tuple(found.values())

    @cached_property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        return labels(self.object.at(*self.path[:-1], "metadata", "labels"))

    @cached_property
    def ports(self) -> frozenset[int]:
        """The ports that its containers declare."""
        return frozenset(port for container in self.containers for port in container.ports)

    @cached_property
    def volumes(self) -> dict[str, Volume]:
        """Its volumes by name."""
        found = (
            Volume(text(node, "name"), node, (*self.path, "volumes", i)) for i, node in enumerate(items(self.at("volumes")))
        )
        return {volume.name: volume for volume in found}

    def at(self, *path: str | int) -> Node | None:
        """The node at ``path`` of the pod spec."""
        return at(self.spec, path)

    def text(self, *path: str | int) -> str:
        """The scalar at ``path`` of the pod spec as text."""
        return text(self.spec, *path)

    def flag(self, message: str, *path: str | int) -> Flag:
        """A flag at ``path`` of the pod spec."""
        return Flag(message, self.object, (*self.path, *path))


class Volume(NamedTuple):
    """One item of a pod's ``volumes``."""

    name: str
    node: Node
    path: Path

    @property
    def claim(self) -> str:
        """The claim that it mounts; empty for another kind of volume."""
        return text(self.node, "persistentVolumeClaim", "claimName")

    @property
    def kind(self) -> str:
        """The field that says what it is: ``emptyDir``, ``hostPath``; empty if there is none."""
        return next((key for key in entries(self.node) if key != "name"), "")


def _literal(item: Node) -> str | None:
    if at(item, ("valueFrom",)) is not None:
        return None
    node = at(item, ("value",))
    return "" if node is None or not isinstance(node, Scalar) or node.value is None else str(plain(node))


def pods(objects: tuple[Object, ...]) -> Iterator[Pod]:
    """The pods of every workload among ``objects``; of kinds that are not Kubernetes' own, by the template that they hold."""
    for item in objects:
        path = item.pod_path or ("spec", "template", "spec")
        if item.pod_path is not None or items(item.at(*path, "containers")):
            yield Pod(item, path)
