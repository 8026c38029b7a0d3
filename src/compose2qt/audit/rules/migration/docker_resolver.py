"""MIG015."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "MIG015",
    "docker-resolver",
    Severity.ERROR,
    fix="use kube-dns.kube-system.svc.cluster.local valid=10s, and full names (api.namespace.svc.cluster.local)",
    kinds=("ConfigMap",),
)
def docker_resolver(item: Object) -> Iterator[Flag]:
    """A configuration asks Docker's name server, 127.0.0.11, which no pod has. nginx then resolves nothing."""
    for key, node in entries(item.at("data")).items():
        if "127.0.0.11" in text(node):
            yield flag(item, f"{key} asks 127.0.0.11, the name server of Docker", "data", key)
