"""NetworkPolicies. Source: ``ValidateNetworkPolicySpec``."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from compose2qt.kube.reading import at, has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.service import is_network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping


@rule("policy-without-selector", "NetworkPolicySpec")
def policy_without_selector(spec: Mapping) -> Iterator[Violation]:
    """A NetworkPolicy says which pods it is for; ``podSelector: {}`` is all of the namespace.

    Newer API servers take an absent selector for an empty one; older ones refuse it, and it is never what was meant.
    """
    if not has(spec, "podSelector"):
        yield Violation("podSelector is missing", (), "select pods, or write podSelector: {} for all")


@rule("policy-peer", "NetworkPolicyPeer")
def policy_peer(peer: Mapping) -> Iterator[Violation]:
    """A peer is a block of addresses, or pods of selected namespaces: not both, and not nothing."""
    selectors = has(peer, "podSelector") or has(peer, "namespaceSelector")
    if has(peer, "ipBlock") == selectors:
        what = "ipBlock rules out selectors" if selectors else "the peer is nobody"
        yield Violation(what, (), "give ipBlock, or podSelector and namespaceSelector")


@rule("policy-block", "IPBlock")
def policy_block(block: Mapping) -> Iterator[Violation]:
    """A block of addresses is a network such as 10.0.0.0/8; so is each exception."""
    if has(block, "cidr") and not is_network(text(block, "cidr")):
        yield Violation(f"{shown(text(block, 'cidr'))} is not a network", ("cidr",), "write 10.0.0.0/8")
    for index, part in enumerate(items(block, "except")):
        if not is_network(text(part)):
            yield Violation(f"{shown(text(part))} is not a network", ("except", index), "write 10.0.0.0/8")


@rule("policy-except-outside", "IPBlock")
def policy_except_outside(block: Mapping) -> Iterator[Violation]:
    """What is excepted from a block of addresses is a smaller block that lies inside it."""
    cidr = text(block, "cidr")
    for index, part in enumerate(items(block, "except")):
        if is_network(cidr) and is_network(text(part)) and not _lies_within(text(part), cidr):
            what = f"{shown(text(part))} is no part of {shown(cidr)}"
            yield Violation(what, ("except", index), "except a block inside of cidr, or leave it out")


def _lies_within(part: str, whole: str) -> bool:
    """Whether the network ``part`` is a smaller one inside of ``whole``."""
    inner, outer = (ipaddress.ip_network(one, strict=False) for one in (part, whole))
    return inner.version == outer.version and inner.prefixlen > outer.prefixlen and inner.network_address in outer


@rule("policy-port-range", "NetworkPolicyPort")
def policy_port_range(port: Mapping) -> Iterator[Violation]:
    """``endPort`` ends a range that a numeric ``port`` begins."""
    end, first = number(port, "endPort"), number(port, "port")
    if end is not None and (first is None or end < first):
        yield Violation("endPort needs a numeric port that is not above it", ("endPort",), "write port and endPort as numbers")


@rule("policy-egress-undeclared", "NetworkPolicySpec")
def policy_egress_undeclared(spec: Mapping) -> Iterator[Violation]:
    """Rules of a direction that ``policyTypes`` does not list have no effect."""
    listed = {text(item) for item in items(spec, "policyTypes")}
    for direction in ("ingress", "egress"):
        if listed and at(spec, (direction,)) is not None and direction.capitalize() not in listed:
            yield Violation(f"policyTypes does not list {direction.capitalize()}", (direction,), "list it in policyTypes")
