"""``ports`` in short syntax: ``[HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL]``, with ranges."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from compose2qt.compose.texts import text
from compose2qt.compose.tree import FormError, built, spread

if TYPE_CHECKING:
    from compose2qt.source import Node, Scalar, Value

_PROTOCOLS = ("tcp", "udp", "sctp")


def ports(node: Node) -> Node:
    """Every short port to ``{mode, target, published, protocol, host_ip}``; a range of targets gives one entry each."""
    return spread(node, short_ports)


def short_ports(item: Scalar) -> list[Node]:
    """The ports of one short syntax, sorted as text by target as the reference sorts them; ``FormError`` if it is none."""
    if isinstance(item.value, (float, bool)):
        raise FormError("a port is a whole number", "write a port such as 8080", item)
    *front, target = text(item.value).split(":")
    published = front.pop() if front else ""
    host = ":".join(front)
    target, _, protocol = target.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise FormError("the protocol is none of tcp, udp, sctp", "write 80/tcp, 53/udp or 9/sctp", item)
    if host:
        host = _address(host, item)
    targets = port_range(target, item)
    if targets[0] == 0:
        raise FormError("a container has no port 0", "write a port from 1 to 65535", item)
    sources = port_range(published, item) if published else None
    if sources is not None and len(sources) != len(targets) and len(targets) != 1:
        raise FormError("the ranges of published and target ports differ in length", "make them equally long", item)
    entries: list[tuple[str, Node]] = []
    for index, port in enumerate(targets):
        values: dict[str, Value] = {"mode": "ingress"}
        if host:
            values["host_ip"] = host
        values["target"] = port
        if sources is not None:
            values["published"] = _published(sources, index, alone=len(targets) == 1)
        values["protocol"] = protocol
        entries.append((f"{port}/{protocol}", built(item.span, values)))
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def _published(sources: range, index: int, *, alone: bool) -> str:
    """One port, or the whole range for a single target: Docker takes a free one of it."""
    if alone and len(sources) > 1:
        return f"{sources[0]}-{sources[-1]}"
    return str(sources[index])


def port_range(written: str, item: Scalar) -> range:
    """``FIRST-LAST`` or a single port as a range; ``FormError`` if it is neither."""
    first, dash, last = written.partition("-")
    last = last if dash else first
    if not (first.isdecimal() and last.isdecimal() and first.isascii() and last.isascii()):
        raise FormError("this is not a port", "write [HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL], such as 8080:80", item)
    low, high = int(first[-20:]), int(last[-20:])
    if not low <= high <= 65535:
        raise FormError("a port is a number from 0 to 65535, and a range goes up", "write a port such as 8080", item)
    return range(low, high + 1)


def _address(host: str, item: Scalar) -> str:
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        ipaddress.ip_address(bare.partition("%")[0] if host.startswith("[") else bare)
    except ValueError:
        raise FormError("the host part of a port must be an IP address", "write 127.0.0.1:8080:80", item) from None
    return bare
