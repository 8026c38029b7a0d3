"""COR004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.reading import sources
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


@rule(
    "COR004",
    "missing-key",
    Severity.ERROR,
    fix="add the key, or correct its name; mark the reference optional if the container may start without it",
)
def missing_key(pod: Pod, system: System) -> Iterator[Flag]:
    """A container takes a variable from a key that its ConfigMap or Secret does not have.

    The kubelet does not start the container: CreateContainerConfigError.
    """
    for kind in ("ConfigMap", "Secret"):
        for source in sources(pod, kind):
            item = system.get(kind, source.name, pod.object) if source.key and not source.optional else None
            if item is not None and not any(source.key in entries(item.at(part)) for part in _PARTS):
                yield Flag(f"{item.id} has no key {source.key}", pod.object, (*source.path[:-1], "key"))


_PARTS = ("data", "stringData", "binaryData")
