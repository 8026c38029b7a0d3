"""``networking.k8s.io/v1`` NetworkPolicy: who may reach whom, where somebody asked for that to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import policy_path
from compose2qt.emit.manifest import Body, Manifest, given, labelled
from compose2qt.workload import PodPeer, Traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import AddressPeer, PolicyRule, Selector


def network_policies(setting: Setting) -> Iterator[Manifest]:
    """Every policy. A selector that selects all is written as ``{}``: an absent one means something else."""
    for policy in setting.application.policies:
        spec = {
            "podSelector": _selector(policy.selector),
            "policyTypes": list(policy.directions),
            **given(ingress=list(_rules(policy.ingress, "from")), egress=list(_rules(policy.egress, "to"))),
        }
        body = given(
            apiVersion="networking.k8s.io/v1",
            kind="NetworkPolicy",
            metadata=setting.metadata(policy.name, setting.application.labels),
            spec=spec,
        )
        yield Manifest(
            "NetworkPolicy",
            policy.name,
            body,
            policy_path(policy),
            applied=not policy.blocked,
            header=(policy.purpose,),
        )


def _rules(rules: Iterable[PolicyRule], peers: str) -> Iterator[object]:
    for rule in rules:
        made = given(**{peers: [_peer(one) for one in rule.peers]}, ports=[_port(*port) for port in rule.ports])
        yield Traced(made, (), rule.note) if rule.note else made


def _peer(peer: PodPeer | AddressPeer) -> Body:
    if not isinstance(peer, PodPeer):
        return {"ipBlock": given(cidr=peer.cidr, **{"except": list(peer.without)})}
    selectors = (("namespaceSelector", peer.namespaces), ("podSelector", peer.pods))
    return {field: _selector(selector) for field, selector in selectors if selector is not None}


def _port(protocol: str, number: int | Traced[int]) -> Body:
    return {"protocol": protocol, "port": number}


def _selector(selector: Selector) -> Body:
    expressions = [{"key": key, "operator": "NotIn", "values": [value]} for key, value in selector.not_in]
    expressions += [{"key": key, "operator": "DoesNotExist"} for key in selector.absent]
    return given(matchLabels=labelled(selector.labels), matchExpressions=expressions)
