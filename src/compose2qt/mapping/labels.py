"""Which values of kompose's labels mean something: others are told, and have no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_subdomain
from compose2qt.kube.schedule import mistake
from compose2qt.source import Mapping, Scalar
from compose2qt.workload import ZERO, Kind, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {"deployment": Kind.DEPLOYMENT, "daemonset": Kind.DAEMON_SET, "statefulset": Kind.STATEFUL_SET}
"""The values of ``kompose.controller.type``."""
OVERLAPS = {"allow": "Allow", "forbid": "Forbid", "replace": "Replace"}
"""The values of ``kompose.cronjob.concurrency_policy``."""


def _is_size(text: str) -> bool:
    try:
        return Quantity.parse(text) > ZERO
    except ValueError:
        return False


def _are_hosts(text: str) -> bool:
    hosts = [place.strip().partition("/")[0] for place in text.split(",")]
    return all(host.lower() in ("true", "false") or is_subdomain(host.removeprefix("*.")) for host in hosts)


_LEGAL: dict[str, Callable[[str], bool]] = {
    "kompose.controller.type": lambda text: text.lower() in KINDS,
    "kompose.cronjob.concurrency_policy": lambda text: text.lower() in OVERLAPS,
    "kompose.cronjob.schedule": lambda text: not mistake(text),
    "kompose.security-context.fsgroup": lambda text: text.isdecimal() and int(text) < 2**31,
    "kompose.service.expose": _are_hosts,
    "kompose.service.expose.ingress-class-name": is_subdomain,
    "kompose.service.expose.tls-secret": is_subdomain,
    "kompose.volume.size": _is_size,
    "kompose.volume.storage-class-name": is_subdomain,
    "kompose.volume.type": lambda text: text.lower() in ("emptydir", "persistentvolumeclaim"),
}


def is_legal(name: str, text: str) -> bool:
    """Whether the label ``name`` can have the value ``text``."""
    return name not in _LEGAL or _LEGAL[name](text)


def asked(node: Mapping | None, name: str) -> Scalar | None:
    """The label ``name`` of a service or volume; None if it has none, or one that means nothing."""
    labels = node.get("labels") if node is not None else None
    label = labels.get(name) if isinstance(labels, Mapping) else None
    return label if isinstance(label, Scalar) and is_legal(name, str(label.value or "")) else None


def text_asked(node: Mapping | None, name: str) -> str:
    """The value of ``asked`` as text; empty if there is none."""
    label = asked(node, name)
    return str(label.value) if label is not None and label.value is not None else ""
