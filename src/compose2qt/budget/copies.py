"""How many pods of a workload run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.manifests.model import Object


MOST = 2**31 - 1
"""No field of Kubernetes holds a larger number of pods: it is an int32."""


class Copies(Struct, frozen=True):
    """A number of pods and what was assumed to get it."""

    count: int
    note: str = ""


def copies(item: Object, nodes: int = 1) -> Copies:
    """The pods of ``item`` in its steady state, on a cluster of ``nodes``; for what runs at times, while it runs."""
    if item.kind == "DaemonSet":
        return Copies(nodes, f"one pod on each node: counted for {'one node' if nodes == 1 else f'{nodes} nodes'}")
    return _COUNTS[item.kind](item)


def _number(item: Object, *path: str, default: int) -> int:
    node = item.at(*path)
    return node.value if isinstance(node, Scalar) and type(node.value) is int and 0 <= node.value <= MOST else default


def _replicas(item: Object) -> Copies:
    if item.at("spec", "replicas") is None:
        return Copies(1, "replicas is not set: Kubernetes starts one")
    return Copies(_number(item, "spec", "replicas", default=1))


def _pod(item: Object) -> Copies:  # noqa: ARG001 - the signature of a count
    return Copies(1)


def _job(item: Object, spec: tuple[str, ...] = ("spec",)) -> Copies:
    if item.text(*spec, "suspend") == "True":
        return Copies(0, "suspended")
    parallelism = _number(item, *spec, "parallelism", default=1)
    completions = _number(item, *spec, "completions", default=parallelism)
    return Copies(min(parallelism, completions), "while it runs")


def _cron_job(item: Object) -> Copies:
    if item.text("spec", "suspend") == "True":
        return Copies(0, "suspended")
    return _job(item, ("spec", "jobTemplate", "spec"))


_COUNTS: dict[str, Callable[[Object], Copies]] = {
    "Deployment": _replicas,
    "StatefulSet": _replicas,
    "ReplicaSet": _replicas,
    "ReplicationController": _replicas,
    "Job": _job,
    "CronJob": _cron_job,
    "Pod": _pod,
}
