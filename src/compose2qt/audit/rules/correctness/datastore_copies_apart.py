"""COR049."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod
    from compose2qt.audit.system import System


@rule(
    "COR049",
    "datastore-copies-apart",
    Severity.ERROR,
    fix="run one replica, or set up replication (an operator such as CloudNativePG, Sentinel, a cluster mode)",
)
def datastore_copies_apart(pod: Pod, system: System) -> Iterator[Flag]:
    """A datastore runs with several replicas and nothing makes them one.

    Each pod has its own data, and its Service spreads requests over them: a client reads what it never wrote. Images of a
    cluster by nature are not flagged, nor a command or variable that speaks of replication.
    """
    item = pod.object
    if item.kind not in ("Deployment", "StatefulSet") or system.copies(item).most < 2:
        return
    for container in pod.running:
        said = " ".join((*container.argv, *(entry.name for entry in container.env))).lower()
        if container.image.name in _SINGLE and not any(word in said for word in _TOGETHER):
            yield flag(
                item, f"{system.copies(item)} copies of {container.image.name} know nothing of each other", "spec", "replicas"
            )


_SINGLE = frozenset("postgres postgis mysql mariadb redis valkey mongo influxdb rabbitmq neo4j minio".split())
_TOGETHER = ("replica", "cluster", "sentinel", "galera", "wsrep", "replset", "erlang", "http://", "patroni", "repmgr")
