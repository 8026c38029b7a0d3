"""NetworkPolicies: which traffic of which pods is let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from compose2qt.workload.origin import Traced


class Selector(Struct, frozen=True):
    """A label selector: labels that must be there, labels that must not have a value, labels that must not be there."""

    labels: tuple[tuple[str, str | Traced[str]], ...] = ()
    not_in: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()


class PodPeer(Struct, frozen=True):
    """Pods that a policy rule admits: of its own namespace, or of those that ``namespaces`` selects."""

    pods: Selector | None = None
    """None: all pods of ``namespaces``."""
    namespaces: Selector | None = None


class AddressPeer(Struct, frozen=True):
    """A block of addresses that a policy rule admits (``ipBlock``)."""

    cidr: str | Traced[str]
    without: tuple[str | Traced[str], ...] = ()


class PolicyRule(Struct, frozen=True):
    """Traffic that a policy lets through: to or from any of ``peers`` (none: anybody), on any of ``ports`` (none: all)."""

    peers: tuple[PodPeer | AddressPeer, ...] = ()
    ports: tuple[tuple[str, int | Traced[int]], ...] = ()
    """(protocol, number) pairs."""
    note: str = ""


class NetworkPolicy(Struct, frozen=True):
    """Closes the selected pods in its ``directions``, but for what a rule of this or of another policy lets through."""

    name: str
    selector: Selector
    directions: tuple[str | Traced[str], ...]
    """``Ingress``, ``Egress``."""
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()
    purpose: str = ""
    """What it is for, as a sentence of its header."""
    file: str = ""
    """The file's name without folder and extension."""
    blocked: bool = False
    """Whether all pods that it is for wait for a decision: it is laid beside them, outside the kustomization."""
