"""SEC027."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "SEC027",
    "route-without-tls",
    Severity.WARNING,
    fix="add tls with a Secret for the host (cert-manager can make it)",
    kinds=("Ingress", "Gateway"),
)
def route_without_tls(item: Object) -> Iterator[Flag]:
    """An Ingress or a Gateway offers plain HTTP only: passwords and sessions travel readable.

    Hosts under `.local`, `.localhost`, `.test` and `.internal`, which have no public certificates, are not flagged.
    """
    field = "rules" if item.kind == "Ingress" else "listeners"
    parts = items(item.at("spec", field))
    hosts = [text(part, "host") or text(part, "hostname") for part in parts]
    is_private = bool(hosts) and all(host.endswith((".local", ".localhost", ".test", ".internal")) for host in hosts)
    has_tls = bool(items(item.at("spec", "tls"))) or any(at(part, ("tls",)) is not None for part in parts)
    if parts and not has_tls and not is_private:
        yield flag(item, "it offers plain HTTP only", "spec", field)
