"""Configs and secrets: files that the project declares."""

from collections.abc import Iterator
from pathlib import Path

from compose2qt.diagnostic import Severity
from compose2qt.lower.attributes.binds import COLON, conceal, is_sensitive, object_name
from compose2qt.lower.effects import Effect, Fill, Lose
from compose2qt.lower.fields import VOLUMES
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts
from compose2qt.lower.shapes import FileReference, FileUse, VolumeUse
from compose2qt.source import Mapping, Node, Scalar
from compose2qt.source.disk import FileContent
from compose2qt.workload.sensitive import is_file_of_secret

MAX_MODE = 0o777
"""The bits of a mode that Kubernetes takes."""
_LOSSES = {
    "colon": COLON,
    "owner": Lost("owner and group of the mounted file are the pod's", "set fsGroup by an overlay", Severity.INFO),
    "unknown": Lost(
        "the content is not known here, so the file is left out",
        "give the config its file or content, or mount a ConfigMap by an overlay",
        Severity.ERROR,
    ),
    "mode-bits": Lost(
        "files of a volume have the nine bits of rwx, no others", "set the bits in the entrypoint, on a copy", Severity.INFO
    ),
    "fill-in": Lost("the value is not known here", "fill it into the Secret, whose example lists the key", Severity.INFO),
}


@converts("configs", Fidelity.PARTIAL, fields=(VOLUMES,), losses=_LOSSES)
def configs(value: tuple[FileReference, ...], plan: ServicePlan) -> Iterator[Effect]:
    """A ConfigMap, or a Secret if its content looks sensitive, mounted as one file at the config's target."""
    for reference in value:
        yield from _reference(reference, plan, plan.project.configs, is_secret=False)


@converts("secrets", Fidelity.PARTIAL, fields=(VOLUMES,), losses=_LOSSES)
def secrets(value: tuple[FileReference, ...], plan: ServicePlan) -> Iterator[Effect]:
    """A Secret, mounted as one file below ``/run/secrets``; its value never reaches the tree.

    One that is external, or whose value is not known here, has its key in the example to be filled in.
    """
    for reference in value:
        yield from _reference(reference, plan, plan.project.secrets, is_secret=True)


def _reference(
    reference: FileReference, plan: ServicePlan, declared: dict[str, Mapping], *, is_secret: bool
) -> Iterator[Effect]:
    definition = declared.get(reference.source)
    target = reference.target or (f"/run/secrets/{reference.source}" if is_secret else f"/{reference.source}")
    path = target if target.startswith("/") else f"/run/secrets/{target}"
    owned = [node for key in ("uid", "gid") if (node := reference.node.get(key))]
    for node in owned:
        yield Lose("owner", of=node)
    mode = int(str(reference.mode), 8) if reference.mode else None
    use = _use(reference.source, definition, plan, None if mode is None else mode & MAX_MODE, is_secret=is_secret)
    if use is None:
        yield Lose("unknown", of=reference.node, detail=reference.source)
        return
    yield Fill(VOLUMES, VolumeUse(path, use, read_only=True), of=_carried(reference, definition))
    if ":" in path:
        yield Lose("colon", of=reference.node.get("target"))
    if mode is not None and mode > MAX_MODE:
        yield Lose("mode-bits", of=reference.node.get("mode"))
    if use.files[0][1] is None:
        yield Lose("fill-in", of=reference.node, detail=use.name)


def _carried(reference: FileReference, definition: Mapping | None) -> dict[str, Node]:
    """The nodes that give the parts of a mounted file; a file whose content stands elsewhere is known by its name."""
    node = reference.node
    named = {key: part for key in ("source", "mode") if (part := node.get(key)) is not None}
    content = definition.get("content") if definition is not None else None
    parts = {"path": node.get("target"), "source": Mapping(named, node.span), "content": content or node.get("source")}
    return {name: part for name, part in parts.items() if part is not None}


def _use(source: str, definition: Mapping | None, plan: ServicePlan, mode: int | None, *, is_secret: bool) -> FileUse | None:
    name = definition.get("name") if definition is not None and _is_external(definition) else None
    legal = object_name(str(name.value) if isinstance(name, Scalar) else source)
    data = _content(definition, plan) if definition is not None else None
    if data is None and not is_secret:
        return None
    is_secret = is_secret or (data is not None and is_sensitive(data, _named(source, definition, plan)))
    content = None if data is None else conceal(data, is_secret)
    return FileUse(legal, ((source, content, False),), single=True, is_secret=is_secret, mode=mode)


def _named(source: str, definition: Mapping | None, plan: ServicePlan) -> str:
    """The file that a config comes from; for one whose content stands in Compose, its own name."""
    file = definition.get("file") if definition is not None else None
    return plan.project.relative(str(file.value)) if isinstance(file, Scalar) and not is_file_of_secret(source) else source


def _is_external(definition: Mapping) -> bool:
    external = definition.get("external")
    return external is not None and not (isinstance(external, Scalar) and external.value is False)


def _content(definition: Mapping, plan: ServicePlan) -> bytes | None:
    """The content of a config or secret, from its file or as the loader resolved it; None if it is not known."""
    if _is_external(definition):
        return None
    content: Node | None = definition.get("content")
    if isinstance(content, Scalar) and content.value is not None:
        return str(content.value).encode("utf-8", "surrogateescape")
    file = definition.get("file")
    if isinstance(file, Scalar):
        found = plan.disk.look(Path(str(file.value)))
        return found.data if isinstance(found, FileContent) else None
    return None
