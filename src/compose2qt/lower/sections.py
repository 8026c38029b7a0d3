"""Everything outside services: who answers for the top-level sections, and what becomes of their leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.diagnostic import Severity
from compose2qt.lower.registry import Lost
from compose2qt.source import Mapping, Scalar, leaves, spans
from compose2qt.workload import Leaf, Loss

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from compose2qt.compose import Project
    from compose2qt.source import Path, Span


_REFERENCE = re.compile(r"(?:[\w.-]+=)?(?:\$\{\w+(?::?\?[^}]*|:?-)?\}|\$\w+)")
"""A text, or an entry of a list, that only names a variable."""


class Section(Struct, frozen=True):
    """A top-level section: its page, why its leaves are used up, and the losses of single attributes by their path."""

    page: str
    used: str = ""
    losses: dict[str, Lost] | None = None


_ADDRESSES = Lost("the cluster assigns addresses", "use names instead of addresses", Severity.INFO)
_DRIVER = Lost("the cluster's network plugin is the driver", "", Severity.INFO)

SECTIONS: dict[str, Section] = {
    "version": Section("Compose ignores it.", "Compose ignores it"),
    "name": Section("The project's name: the label `app.kubernetes.io/part-of`.", "the project's name"),
    "include": Section("The loader reads the included files.", "the loader has read the included files"),
    "services": Section("A workload for each service; the attributes below say what becomes of it.", "the service is left out"),
    "jobs": Section(
        "A CronJob for each job, with the attributes of services. One without a schedule is suspended: applying the tree "
        "starts nothing, `kubectl create job --from=cronjob/NAME RUN` does.",
        "the job is left out",
    ),
    "networks": Section(
        "The pods of a namespace share one network, in which every Service has a name. With `--network-policy` (or "
        "`network_policy` in the mapping) a NetworkPolicy for each network keeps its members apart from others, and those of "
        "an `internal` one from the outside.",
        losses={
            "": Lost(
                "the pods of a namespace share one network",
                "convert with --network-policy where services must be kept apart",
                Severity.INFO,
            ),
            "internal": Lost(
                "pods reach the outside", "convert with --network-policy where services must not reach the outside"
            ),
            "external": Lost(
                "containers outside the project that share this network are not in the namespace",
                "name them by a Service of their own namespace",
                Severity.INFO,
            ),
            "ipam": _ADDRESSES,
            "enable_ipv4": _ADDRESSES,
            "enable_ipv6": _ADDRESSES,
            "driver": _DRIVER,
            "driver_opts": _DRIVER,
        },
    ),
    "volumes": Section(
        "A PersistentVolumeClaim for each volume that a service mounts. NFS options become an NFS volume of the pod, "
        "`type: tmpfs` memory, `o: bind` a bind mount.",
        used="its users mount the claim",
        losses={
            "external": Lost(
                "the volume exists on a host: the claim starts empty", "copy its data in with kubectl cp before the first start"
            ),
            "driver": Lost(
                "the storage class of the claim is the driver", "set class, size and access mode in the mapping", Severity.INFO
            ),
            "driver_opts": Lost(
                "the storage class of the claim decides what these options say",
                "set class, size and access mode in the mapping",
                Severity.INFO,
            ),
            "labels": Lost("the claim has labels of its own", "add them by an overlay", Severity.INFO),
            "selector": Lost(
                "the claim takes any volume of its class: `kompose.volume.selector` is not read",
                "set the claim's selector by an overlay",
            ),
            "name": Lost("the claim is named by the volume's key", "", Severity.INFO),
        },
    ),
    "secrets": Section("The Secret that its users mount.", used="the Secret that its users mount stands for it"),
    "configs": Section("The ConfigMap that its users mount.", used="the ConfigMap that its users mount stands for it"),
    "models": Section(
        "Docker Model Runner serves models on the developer's machine; a cluster has no such runner.",
        losses={
            "": Lost(
                "a cluster has no Docker Model Runner",
                "run a model server as a workload, and give its address to the services that use it",
                Severity.ERROR,
            )
        },
    ),
}
"""Every top-level section."""


_OF_KOMPOSE: dict[Path, str] = {("labels", "kompose.volume.selector"): "selector"}
"""Leaves of top-level sections that ask for something under a label of kompose, by their path below a name."""


def document_leaves(project: Project) -> Iterator[Leaf]:
    """Every leaf of every source document once, in reading order."""
    seen: set[Span] = set()
    for document in project.documents:
        for path, node in document.leaves:
            if node.span not in seen:
                seen.add(node.span)
                yield Leaf(path, node.span, isinstance(node, Scalar) and bool(_REFERENCE.fullmatch(str(node.value))))


def section_losses(project: Project, isolated: Collection[str] = ()) -> Iterator[Loss]:
    """The leaves of top-level sections that Kubernetes has no counterpart for; a NetworkPolicy is one of a network."""
    for document in project.documents:
        root = document.root
        if document.kind != "compose" or not isinstance(root, Mapping):
            continue
        for name, section in SECTIONS.items():
            node = root.get(name) if section.losses else None
            for path, leaf in leaves(node) if node else ():
                key = _OF_KOMPOSE.get(path[1:]) or next((str(step) for step in path[1:2]), "")
                found = _loss(section, key)
                if name == "networks" and key in ("", "internal") and path[:1] and path[0] in isolated:
                    continue
                if found is not None and not key.startswith("x-"):
                    code = f"{name}.{key.replace('_', '-') if key in (section.losses or {}) and key else 'no-counterpart'}"
                    yield Loss(code, leaf.span, found.reason, found.fix, "", found.severity)


def _loss(section: Section, key: str) -> Lost | None:
    losses = section.losses or {}
    return losses.get(key) or losses.get("")


def consumed(project: Project) -> dict[Span, str]:
    """Why a leaf may stand in no service that runs: the loader used it up."""
    nodes = [service.node for service in project.services.values()]
    active = {span for node in (*nodes, *project.jobs.values()) for span in spans(node)}
    reasons: dict[Span, str] = {}
    for document in project.documents:
        for path, node in document.leaves:
            if node.span not in active or document.kind == "env":
                reasons.setdefault(node.span, _reason(project, path, document.kind))
    return reasons


def _reason(project: Project, path: Path, kind: str) -> str:
    if kind == "env":
        return "overridden by `environment` or a later env file"
    head = str(path[0]) if path else ""
    if any(isinstance(step, str) and step.startswith("x-") for step in path):
        return "an extension field: it has no meaning of its own"
    if head == "services" and len(path) > 1 and path[1] in project.disabled:
        return "the service's profiles are not active"
    if head in ("services", "jobs"):
        return "overridden, or merged into another place, by the loader"
    section = SECTIONS.get(head)
    return section.used if section and section.used else "overridden, or merged into another place, by the loader"


def declared(project: Project, section: str, name: str) -> tuple[Span, ...]:
    """Where a top-level volume or network is declared, if its declaration is a leaf (``data:``)."""
    found: list[Span] = []
    for document in project.documents:
        every = document.root.get(section) if isinstance(document.root, Mapping) else None
        node = every.get(name) if isinstance(every, Mapping) else None
        if node is not None and not (isinstance(node, Mapping) and node.entries):
            found += spans(node)
    return tuple(found)
