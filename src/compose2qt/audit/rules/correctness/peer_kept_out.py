"""COR053."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.isolation import target_ports
from compose2qt.audit.mention import says_address
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.audit.system import is_external
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import Spoken, System
    from compose2qt.manifests.model import Object

_SHOWN = 3


@rule(
    "COR053",
    "peer-kept-out",
    Severity.ERROR,
    fix="admit the pod and the port in the policy, or take the address away from who has no business there",
)
def peer_kept_out(system: System) -> Iterator[Flag]:
    """A variable leads to a Service whose pods a NetworkPolicy closes to the pod: the connection times out.

    Both ends count: the policies about the pods that are called must admit the caller, those about the caller must let it out
    to them. What policies say by addresses, or by labels of namespaces that are not in the tree, is taken to admit. A cluster
    whose network plugin does not enforce policies shows nothing of this.
    """
    kept: dict[tuple[int, str], list[str]] = {}
    policies: dict[int, Object] = {}
    for container in system.containers if any(system.of("NetworkPolicy")) else ():
        for spoken in system.spoken(container):
            for policy, side in _barriers(container, spoken, system):
                policies[id(policy)] = policy
                where = f"{spoken.mention.host}:{spoken.mention.port}" if spoken.mention.port else spoken.mention.host
                told = f"{container.object.id} from {where} ({spoken.variable.name})"
                kept.setdefault((id(policy), side), []).append(told)
    for (key, side), callers in kept.items():
        once = list(dict.fromkeys(callers))
        more = f", and {len(once) - _SHOWN} more" if len(once) > _SHOWN else ""
        yield flag(policies[key], f"it keeps {', '.join(once[:_SHOWN])}{more}", "spec", side)


def _barriers(container: Container, spoken: Spoken, system: System) -> Iterator[tuple[Object, str]]:
    """The policy that keeps the container from what it is told to use; none if a pod behind the Service can be reached."""
    mention = spoken.mention
    is_address = mention.scheme or mention.port or says_address(spoken.variable.name)
    service = system.service_of(mention.host, container.object) if is_address else None
    if service is None or is_external(service):
        return
    found = [
        system.isolation.barrier(container.pod, pod, port)
        for pod in system.behind(service)
        if pod is not container.pod
        for port in target_ports(service, mention.port, pod)
    ]
    closed = [one for one in found if one is not None]
    if found and len(closed) == len(found):
        yield closed[0]
