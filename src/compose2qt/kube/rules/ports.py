"""Numbers and names of ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_dns_label, is_port_name
from compose2qt.kube.reading import items, number, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

MAX_PORT = 65535
_OPTIONAL = ("hostPort", "nodePort", "targetPort")
_FORM = "use at most 15 lower-case letters, digits and '-', with a letter"


@rule(
    "bad-port",
    "ContainerPort", "ServicePort", "ServiceBackendPort", "HTTPGetAction", "TCPSocketAction", "GRPCAction", "NetworkPolicyPort",
)  # fmt: skip
def bad_port(node: Mapping) -> Iterator[Violation]:
    """A port is a number from 1 to 65535, wherever one is written."""
    for field in ("containerPort", "hostPort", "port", "targetPort", "nodePort", "endPort", "number"):
        port = number(node, field)
        # 0 means "not given" in the fields that may be left out.
        if port is not None and not 1 <= port <= MAX_PORT and not (port == 0 and field in _OPTIONAL):
            yield Violation(f"{port} is not a port", (field,), f"use 1 to {MAX_PORT}")


@rule("bad-port-name", "ContainerPort", "ServicePort", "HTTPGetAction", "TCPSocketAction", "NetworkPolicyPort")
def bad_port_name(node: Mapping) -> Iterator[Violation]:
    """A port is named in 15 characters: lower-case letters, digits and single dashes, with a letter.

    A reference to a container's port by name has the same form; a Service's own port is named by a DNS label.
    """
    is_container = "containerPort" in node.entries
    for field in ("name", "port", "targetPort"):
        name = text(node, field)
        accepts = is_dns_label if field == "name" and not is_container else is_port_name
        if name and not accepts(name):
            yield Violation(f"{shown(name)} is not a name for a port", (field,), _FORM)


@rule("port-name-twice", "Container")
def port_name_twice(container: Mapping) -> Iterator[Violation]:
    """The ports of a container have different names."""
    seen: set[str] = set()
    for index, port in enumerate(items(container, "ports")):
        name = text(port, "name")
        if name and name in seen:
            yield Violation(f"another port is named {shown(name)}", ("ports", index, "name"), "name the ports differently")
        seen.add(name)
