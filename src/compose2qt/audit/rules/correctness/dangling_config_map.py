"""COR001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.reading import sources
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


@rule(
    "COR001",
    "dangling-config-map",
    Severity.ERROR,
    fix="add the ConfigMap to the tree, or correct the name; mark the reference optional if the pod may start without it",
)
def dangling_config_map(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod reads a ConfigMap that the tree does not hold.

    The kubelet does not start a container whose ConfigMap is missing: the pod stays in CreateContainerConfigError or
    ContainerCreating. `kube-root-ca.crt`, which every namespace has, is not flagged.
    """
    for source in sources(pod, "ConfigMap"):
        known = source.optional or source.name == "kube-root-ca.crt" or system.has("ConfigMap", source.name, pod.object)
        if not known:
            yield Flag(f"no ConfigMap {source.name} is in the tree", pod.object, source.path)
