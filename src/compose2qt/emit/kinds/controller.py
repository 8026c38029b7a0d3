"""What the controllers of pods have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import workload_path
from compose2qt.emit.manifest import Body, Manifest, given, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Traced, Workload


def manifest(workload: Workload, api_version: str, spec: Body, setting: Setting, name: str = "") -> Manifest:
    """The controller of a workload; ``name`` if it is not the workload's own."""
    kind = workload.kind.value
    body = given(
        apiVersion=api_version,
        kind=kind,
        metadata=setting.metadata(name or workload.name, workload.labels),
        spec=spec,
    )
    return Manifest(
        kind,
        name or workload.name,
        body,
        workload_path(workload, kind),
        applied=not workload.blocked,
        header=tuple(_header(workload, setting)),
        workload=workload.name,
    )


def selector(workload: Workload) -> Body:
    """``spec.selector``: immutable, so it holds only what never changes."""
    return {"matchLabels": labelled(workload.selector)}


def rolling_update(workload: Workload) -> Traced[Body] | None:
    """How pods are replaced, where somebody said so."""
    if workload.rolling is None:
        return None
    return workload.rolling.map(lambda one: {"maxUnavailable": one.max_unavailable, "maxSurge": one.max_surge})


def _header(workload: Workload, setting: Setting) -> Iterator[str]:
    yield setting.origin(workload)
    if workload.blocked:
        yield f"Not applied: {workload.blocked}"
