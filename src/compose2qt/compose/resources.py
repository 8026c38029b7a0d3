"""Top-level networks, volumes, secrets and configs: what each must say, and what it is called.

Source: reference, sections 2.10 and 2.13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.tree import entries, is_true, items, string
from compose2qt.source import Mapping, Scalar

if TYPE_CHECKING:
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node

_SOURCES = {"secrets": ("file", "environment"), "configs": ("file", "environment", "content")}


def check_resources(tree: Mapping, collector: Collector) -> None:
    """Tell what a set of merged files may not say, whatever the services need of it."""
    for section, sources in _SOURCES.items():
        for name, node in entries(tree.get(section)).items():
            if isinstance(node, Mapping):
                _one_source(section[:-1], name, node, sources, collector)
    for name, node in entries(tree.get("volumes")).items():
        if isinstance(node, Mapping) and is_true(node.get("external")):
            _only_name(name, node, collector)
    for section in ("services", "jobs"):
        for node in entries(tree.get(section)).values():
            if isinstance(node, Mapping):
                _service(node, collector)


def _one_source(kind: str, name: str, node: Mapping, sources: tuple[str, ...], collector: Collector) -> None:
    given = [key for key in sources if key in node.entries]
    choices = ", ".join(sources)
    if len(given) > 1:
        message = f"the {kind} {name[:80]!r} has {' and '.join(given)}, which exclude each other"
        collector.error("two-sources", message, node.key_span(given[1]), "keep one of them")
    if not given and "driver" not in node.entries and "external" not in node.entries:
        collector.error("no-source", f"the {kind} {name[:80]!r} has no content", node.span, f"add one of {choices}")


def _only_name(name: str, node: Mapping, collector: Collector) -> None:
    for key in node.entries:
        if key not in ("name", "external") and not key.startswith("x-"):
            message = f"the volume {name[:80]!r} is external: {key} says nothing about it"
            collector.error("external-with-settings", message, node.key_span(key), f"remove {key}, or external")


def _service(node: Mapping, collector: Collector) -> None:
    resources = entries(entries(node.get("deploy")).get("resources"))
    reservations = entries(resources.get("reservations"))
    for request in (*items(reservations.get("devices")), *items(node.get("gpus"))):
        if isinstance(request, Mapping) and "count" in request.entries and "device_ids" in request.entries:
            collector.error(
                "two-counts", "count and device_ids exclude each other", request.key_span("count"), "keep one of them"
            )
    for watch in items(entries(node.get("develop")).get("watch")):
        if isinstance(watch, Mapping) and isinstance(path := watch.get("path"), Scalar) and path.value == "":
            collector.error("no-path", "the watched path is empty", path.span, "name a folder")
    for mount in items(node.get("volumes")):
        if isinstance(mount, Mapping) and string(mount.get("type")) == "bind" and "source" not in mount.entries:
            collector.error("missing-key", "a bind mount needs a source", mount.span, "add source: with a path of the host")
    for port in items(node.get("ports")):
        address = port.get("host_ip") if isinstance(port, Mapping) else None
        if address is not None and not _is_address(string(address)):
            collector.error("bad-syntax", "host_ip must be an IP address", address.span, "write 127.0.0.1")


def _is_address(text: str) -> bool:
    import ipaddress  # noqa: PLC0415 - only ports with an address need it

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def named(key: str, node: Node, project: str) -> Mapping:
    """A top-level resource with its ``name``: its key if it is external, else ``<project>_<key>``."""
    mapping = node if isinstance(node, Mapping) else Mapping({}, node.span)
    name = mapping.get("name")
    if name is not None and not (isinstance(name, Scalar) and name.value is None):
        return mapping
    made = Scalar(key if is_true(mapping.get("external")) else f"{project}_{key}", mapping.span)
    return mapping.with_entries({**mapping.entries, "name": made})
