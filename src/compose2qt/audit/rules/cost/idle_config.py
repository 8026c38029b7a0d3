"""COS002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "COS002",
    "idle-config",
    Severity.INFO,
    fix="remove it, or refer to it",
    kinds=("ConfigMap",),
)
def idle_config(item: Object, system: System) -> Iterator[Flag]:
    """No pod of the tree reads a ConfigMap: whoever edits it expects an effect that does not come.

    ConfigMaps with labels, which controllers find by them (dashboards, rules), are only flagged without such labels.
    """
    is_found = any(key.startswith(_FOUND_BY_LABEL) for key in entries(item.at("metadata", "labels")))
    if not is_found and item.name not in system.configs_read:
        yield flag(item, "no pod reads it", "metadata", "name")


_FOUND_BY_LABEL = ("grafana", "prometheus", "k8s-sidecar", "argocd")
