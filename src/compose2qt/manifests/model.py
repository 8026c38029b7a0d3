"""Kubernetes objects of any origin, as the judges read them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from compose2qt.kube.reading import at
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diagnostic import Diagnostic
    from compose2qt.source import Node, Path, Span

__all__ = ["WORKLOAD_KINDS", "Object", "Tree", "at"]

WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "ReplicationController", "Pod")


class Object(Struct, frozen=True, dict=True):
    """One Kubernetes object with the places of all its fields."""

    root: Mapping
    file: str
    applied: bool = True
    """False for a file that its kustomization does not list, such as an example Secret, and for what a controller makes."""

    @cached_property
    def kind(self) -> str:
        """The object's kind; empty if it has none."""
        return self.text("kind")

    @cached_property
    def api_version(self) -> str:
        """The object's apiVersion; empty if it has none."""
        return self.text("apiVersion")

    @cached_property
    def name(self) -> str:
        """``metadata.name``; empty if it has none."""
        return self.text("metadata", "name")

    @cached_property
    def namespace(self) -> str:
        """``metadata.namespace``; empty if it has none."""
        return self.text("metadata", "namespace")

    @property
    def id(self) -> str:
        """``Kind/name``, as people and kubectl say it."""
        return f"{self.kind}/{self.name}"

    @property
    def span(self) -> Span:
        """Where the object begins."""
        return self.root.span

    def span_of(self, path: Path) -> Span:
        """Where ``path`` stands: the key of its last step, or the deepest part of it that is written."""
        node: Node = self.root
        span = self.root.span
        for step in path:
            if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
                span, node = node.key_span(step), node.entries[step]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                span = node.span
            else:
                break
        return span

    def at(self, *path: str | int) -> Node | None:
        """The node at ``path``, or None if any step is missing."""
        return at(self.root, path)

    def text(self, *path: str | int) -> str:
        """The scalar at ``path`` as text; empty if it is missing or null."""
        node = self.at(*path)
        return str(node.value) if isinstance(node, Scalar) and node.value is not None else ""

    @cached_property
    def pod_path(self) -> Path | None:
        """Where the pod spec stands in this object; None for a kind without pods."""
        paths: dict[str, Path] = {"Pod": ("spec",), "CronJob": ("spec", "jobTemplate", "spec", "template", "spec")}
        if self.kind not in WORKLOAD_KINDS:
            return None
        return paths.get(self.kind, ("spec", "template", "spec"))


class Stray(NamedTuple):
    """A document that is no object, though a kustomization lists its file or it has the kind of one."""

    span: Span
    why: str


class Tree(Struct, frozen=True, dict=True):
    """The objects of a folder of manifests, in the order of their files."""

    objects: tuple[Object, ...]
    files: tuple[str, ...] = ()
    is_complete: bool = False
    """Whether nothing else that the objects refer to exists elsewhere: so it is with our own output."""
    kustomizations: tuple[Object, ...] = ()
    """The kustomization files, whether or not they state a kind."""
    strays: tuple[Stray, ...] = ()
    """Documents that kubectl refuses, because they are no objects."""
    elsewhere: frozenset[str] = frozenset()
    """``Kind/name`` of objects that are made elsewhere: by a generator of kustomize, or by hand before."""
    parts: dict[str, tuple[Node, ...]] = {}
    """The documents of files that are patches and other parts of a kustomization."""
    unfollowed: tuple[tuple[str, Span], ...] = ()
    """What its kustomizations ask for and the objects do not show, and where."""
    unread: tuple[Diagnostic, ...] = ()
    """What is wrong with files, or parts of files, that are not among the objects."""

    def of_kind(self, *kinds: str) -> Iterator[Object]:
        """The objects of these kinds."""
        return (item for item in self.objects if item.kind in kinds)

    @property
    def workloads(self) -> Iterator[Object]:
        """The objects that run pods."""
        return self.of_kind(*WORKLOAD_KINDS)

    @cached_property
    def index(self) -> dict[str, Object]:
        """Objects by ``Kind/name``; of several with one name the first that is applied."""
        found: dict[str, Object] = {}
        for item in sorted(self.objects, key=lambda item: not item.applied):
            found.setdefault(item.id, item)
        return found
