"""What could never work between the objects of a tree, though each of them is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Diagnostic, Severity
from compose2qt.kube.reading import dotted, items, shown, text
from compose2qt.manifests.references import Reference, references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Path

LONGEST = 100
"""Characters of an object's name that a message shows."""
_ALWAYS_THERE = frozenset(("ConfigMap/kube-root-ca.crt", "Service/kubernetes", "ServiceAccount/default"))
_MADE_BY_HAND = ("Secret", "Gateway", "Role", "ClusterRole", "ServiceAccount")
"""Kinds that a complete tree may lack: people make them, or the cluster has them."""


def violations(tree: Tree) -> Iterator[Diagnostic]:
    """What is wrong between the applied objects of ``tree``."""
    graph = tuple(reference for reference in references(tree) if reference.source.applied)
    for check in CHECKS.values():
        yield from check(tree, graph)


def duplicate_object(tree: Tree, graph: tuple[Reference, ...]) -> Iterator[Diagnostic]:  # noqa: ARG001 - the signature of a check
    """Two objects of one kind, namespace and name: the second would replace the first.

    In a tree of others only within one file: its folders may be variants of each other.
    """
    seen: dict[tuple[str, ...], Object] = {}
    for item in tree.objects:
        if not item.applied or not item.name:
            continue
        where = "" if tree.is_complete else item.file
        identity = (item.api_version.rpartition("/")[0], item.kind, item.namespace, item.name, where)
        if (first := seen.setdefault(identity, item)) is not item:
            yield violation("duplicate-object", item, (), f"it stands in {first.span}, too", "keep one of the two")


def dangling_reference(tree: Tree, graph: tuple[Reference, ...]) -> Iterator[Diagnostic]:
    """A complete tree names an object that it does not hold: a claim, a ConfigMap, a Service, pods.

    A Secret or an account may be made by hand, and in a tree of others anything may exist elsewhere.
    """
    for reference in graph if tree.is_complete else ():
        target = f"{reference.kind}/{reference.name}"
        known = reference.resolved is not None and (reference.resolved.applied or reference.is_selector)
        is_excused = reference.optional or reference.kind in _MADE_BY_HAND or target in tree.elsewhere | _ALWAYS_THERE
        if not known and not is_excused:
            what = f"no pod has the labels {reference.name}" if reference.is_selector else f"there is no {target}"
            yield violation("dangling-reference", reference.source, reference.path, what, "emit the object, or name another")


def key_missing(tree: Tree, graph: tuple[Reference, ...]) -> Iterator[Diagnostic]:
    """A reference asks for a key that the ConfigMap does not have, or a port that the Service does not have.

    Keys of a Secret are only known in a complete tree: elsewhere the file may hold a part of them.
    """
    for reference in graph:
        if reference.optional or reference.has_key or reference.resolved is None:
            continue
        if reference.kind == "Secret" and not tree.is_complete:
            continue
        what = "port" if reference.kind == "Service" else "key"
        message = f"{reference.resolved.id} has no {what} {shown(reference.key)}"
        yield violation("key-missing", reference.source, reference.path, message, f"name a {what} that it has")


def target_port_unknown(tree: Tree, graph: tuple[Reference, ...]) -> Iterator[Diagnostic]:  # noqa: ARG001 - the signature of a check
    """A Service's ``targetPort`` names a port that none of the pods that it selects has."""
    selected: dict[int, tuple[Object, set[str]]] = {}
    for reference in graph:
        if reference.source.kind == "Service" and reference.is_selector and reference.resolved is not None:
            known = selected.setdefault(id(reference.source), (reference.source, set()))[1]
            known |= port_names(reference.resolved)
    for service, names in selected.values():
        for index, port in enumerate(items(service.root, "spec", "ports")):
            name = text(port, "targetPort")
            if name and name not in names:
                path = ("spec", "ports", index, "targetPort")
                yield violation(
                    "target-port-unknown", service, path, f"no selected pod has a port {shown(name)}", "name a port of the pods"
                )


def port_names(workload: Object) -> set[str]:
    """The names of the ports of a workload's containers."""
    pod = workload.at(*workload.pod_path or ())
    return {
        text(port, "name")
        for field in ("initContainers", "containers")
        for container in items(pod, field)
        for port in items(container, "ports")
    }


def violation(code: str, item: Object, path: Path, message: str, fix: str) -> Diagnostic:
    """What is wrong at ``path`` of ``item``, with its place."""
    name = item.id if len(item.id) <= LONGEST else f"{item.id[:LONGEST]}..."
    where = f" {dotted(path)}" if path else ""
    return Diagnostic(code, Severity.ERROR, f"{name}{where}: {message}", item.span_of(path), fix)


CHECKS: dict[str, Callable[[Tree, tuple[Reference, ...]], Iterator[Diagnostic]]] = {
    "duplicate-object": duplicate_object,
    "dangling-reference": dangling_reference,
    "key-missing": key_missing,
    "target-port-unknown": target_port_unknown,
}
"""The checks of a whole tree by their code; the docstring of each is its page."""
