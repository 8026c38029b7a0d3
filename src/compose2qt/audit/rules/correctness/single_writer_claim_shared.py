"""COR022."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text, texts
from compose2qt.audit.system import same_namespace
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COR022",
    "single-writer-claim-shared",
    Severity.WARNING,
    fix="keep the workloads on one node with required pod affinity, merge them into one pod, or use ReadWriteMany",
    kinds=("PersistentVolumeClaim",),
)
def single_writer_claim_shared(item: Object, system: System) -> Iterator[Flag]:
    """Several workloads mount a claim that one node may mount at a time.

    It works as long as the scheduler happens to put them on one node; then a pod waits for ever (Multi-Attach error).
    Workloads that state a required pod affinity on the node's name are not flagged.
    """
    modes = set(texts(item.at("spec", "accessModes")))
    users = [pod for pod in system.mounting.get(item.name, ()) if same_namespace(pod.object.namespace, item.namespace)]
    loose = [pod for pod in users if not _stays(pod)]
    if len(users) > 1 and len(loose) > 1 and modes and modes <= {"ReadWriteOnce", "ReadWriteOncePod"}:
        yield flag(item, f"{', '.join(pod.object.id for pod in users)} mount it", "spec", "accessModes")


def _stays(pod: Pod) -> bool:
    terms = items(pod.at("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
    return any(text(term, "topologyKey") == "kubernetes.io/hostname" for term in terms)
