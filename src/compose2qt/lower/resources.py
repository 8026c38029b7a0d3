"""Top-level resources and everything outside services: what becomes of their leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diagnostic import Severity
from compose2qt.source import Mapping, leaves, spans
from compose2qt.workload import Leaf, Loss

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.compose import Project
    from compose2qt.source import Node, Path, Span

# Top-level sections whose every leaf has one fate: (section, why, what to do, severity).
_LOST_SECTIONS = (
    (
        "networks",
        "the pods of a namespace share one network",
        "add NetworkPolicies where services must be kept apart",
        Severity.INFO,
    ),
    ("models", "compose2qt does not carry models yet", "run the model server as a workload of its own", Severity.ERROR),
    ("jobs", "compose2qt does not carry jobs yet", "write a Job or CronJob by hand", Severity.ERROR),
)
_CONSUMED_SECTIONS = {
    "name": "the project's name",
    "version": "Compose ignores it",
    "include": "the loader has read the included files",
    "secrets": "the Secret that its users mount stands for it",
    "configs": "the ConfigMap that its users mount stands for it",
}


def document_leaves(project: Project) -> Iterator[Leaf]:
    """Every leaf of every source document once, in reading order."""
    seen: set[Span] = set()
    for document in project.documents:
        for path, node in leaves(document.root):
            if node.span not in seen:
                seen.add(node.span)
                yield Leaf(path, node.span)


def section_losses(project: Project) -> Iterator[Loss]:
    """The leaves of top-level sections that Kubernetes has no counterpart for."""
    for document in project.documents:
        root = document.root
        if document.kind != "compose" or not isinstance(root, Mapping):
            continue
        for section, why, fix, severity in _LOST_SECTIONS:
            node = root.get(section)
            for span in spans(node) if node else ():
                yield Loss(f"{section}.no-counterpart", span, why, fix, "", severity)
        yield from _volume_losses(root.get("volumes"))


def _volume_losses(section: Node | None) -> Iterator[Loss]:
    """Driver and options of a volume: the storage class decides; a name that merely exists is the claim's."""
    for name, node in section.entries.items() if isinstance(section, Mapping) else ():
        for key, part in node.entries.items() if isinstance(node, Mapping) else ():
            for span in spans(part):
                yield Loss(
                    f"volumes.{key}",
                    span,
                    f"the storage class of the claim replaces {key!r} of the volume {name}",
                    "set class, size and access mode in the mapping",
                    "",
                    Severity.WARNING if key == "external" else Severity.INFO,
                )


def consumed(project: Project) -> dict[Span, str]:
    """Why a leaf may stand in no service that runs: the loader used it up."""
    active = {span for service in project.services.values() for span in spans(service.node)}
    reasons: dict[Span, str] = {}
    for document in project.documents:
        for path, node in leaves(document.root):
            if node.span not in active or document.kind == "env":
                reasons.setdefault(node.span, _reason(project, path, document.kind))
    return reasons


def _reason(project: Project, path: Path, kind: str) -> str:
    if kind == "env":
        return "overridden by `environment` or a later env file"
    head = str(path[0]) if path else ""
    if head.startswith("x-"):
        return "an extension field: it has no meaning of its own"
    if head == "services" and len(path) > 1 and path[1] in project.disabled:
        return "the service's profiles are not active"
    return _CONSUMED_SECTIONS.get(head, "overridden, or merged into another place, by the loader")


def volume_spans(project: Project, name: str) -> tuple[Span, ...]:
    """Where the top-level volume ``name`` is declared, if its declaration is a leaf (``data:``)."""
    found: list[Span] = []
    for document in project.documents:
        section = document.root.get("volumes") if isinstance(document.root, Mapping) else None
        node = section.get(name) if isinstance(section, Mapping) else None
        if node is not None and not (isinstance(node, Mapping) and node.entries):
            found += spans(node)
    return tuple(found)
