"""SEC026."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "SEC026",
    "external-ips",
    Severity.ERROR,
    fix="use a load balancer or a Gateway",
    kinds=("Service",),
)
def external_ips(item: Object) -> Iterator[Flag]:
    """A Service claims addresses outside the cluster: it can take traffic that is meant for others (CVE-2020-8554).

    Kubernetes deprecates `externalIPs` from 1.36 on.
    """
    if texts(item.at("spec", "externalIPs")):
        yield flag(item, "it takes the traffic of addresses that it names itself", "spec", "externalIPs")
