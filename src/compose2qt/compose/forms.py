"""Short syntaxes to canonical forms, in each file: one function for each ``form`` of the table.

What a form builds from one leaf keeps that leaf's span, so that the ledger can follow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.mounts import devices, volumes
from compose2qt.compose.ports import ports
from compose2qt.compose.texts import text
from compose2qt.compose.tree import FormError, built, defaulted, each, string
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node


def as_list(node: Node) -> Node:
    """A single value as a list of one."""
    return Sequence((node,), node.span) if isinstance(node, Scalar) else node


def names(node: Node) -> Node:
    """A list of names to a mapping with null values (``networks``, ``models``)."""
    if not isinstance(node, Sequence):
        return node
    return Mapping({string(item): Scalar(None, item.span) for item in node.items}, node.span)


def pairs_map(node: Node) -> Node:
    """``[A=1, B=2]`` to a mapping of texts."""
    entries: dict[str, Node] = {}
    if isinstance(node, Mapping):
        for value in node.entries.values():
            if not isinstance(value, Scalar) or not isinstance(value.value, str):
                raise FormError("this must be text", "write it in quotes", value)
        return node
    for item in node.items if isinstance(node, Sequence) else ():
        key, equals, written = string(item).partition("=")
        if not equals:
            raise FormError("this is not NAME=VALUE", "write NAME=VALUE", item)
        entries[key] = Scalar(written, item.span)
    return Mapping(entries, node.span)


def ssh(node: Node) -> Node:
    """``[default, NAME=PATH]`` to a mapping; only the default agent needs no path."""
    if not isinstance(node, Sequence):
        return node
    entries: dict[str, Node] = {}
    for item in node.items:
        key, equals, value = string(item).partition("=")
        if not equals and key != "default":
            raise FormError("this is not NAME=PATH", "write NAME=PATH, or default", item)
        entries[key] = Scalar(value if equals else None, item.span)
    return Mapping(entries, node.span)


def depends(node: Node) -> Node:
    """``depends_on``: a list to ``{name: {condition: service_started, required: true}}``."""
    if isinstance(node, Sequence):
        return Mapping(
            {string(item): built(item.span, {"condition": "service_started", "required": True}) for item in node.items},
            node.span,
        )
    if not isinstance(node, Mapping):
        return node
    return node.with_entries({name: defaulted(value, {"required": True}) for name, value in node.entries.items()})


def build(node: Node) -> Node:
    """``build: ./dir`` to ``{context: ./dir}``."""
    return built(node.span, {"context": node.value}) if isinstance(node, Scalar) else node


def extends(node: Node) -> Node:
    """``extends: base`` to ``{service: base}``."""
    return built(node.span, {"service": node.value}) if isinstance(node, Scalar) else node


def schedule(node: Node) -> Node:
    """A cron expression to ``{cron}``."""
    return built(node.span, {"cron": node.value}) if isinstance(node, Scalar) else node


def env_files(node: Node) -> Node:
    """``env_file`` to a list of ``{path, required}``."""

    def entry(item: Scalar) -> Node:
        return built(item.span, {"path": item.value, "required": True})

    listed = each(as_list(node), entry)
    if not isinstance(listed, Sequence):
        return listed
    return listed.with_items(tuple(defaulted(item, {"required": True}) for item in listed.items))


def files(node: Node) -> Node:
    """``configs`` and ``secrets`` of a service to a list of ``{source}``."""
    return each(node, lambda item: built(item.span, {"source": item.value}))


def gpus(node: Node) -> Node:
    """``gpus: all`` to ``[{count: all}]``."""
    return Sequence((built(node.span, {"count": node.value}),), node.span) if isinstance(node, Scalar) else node


def as_text(node: Node) -> Node:
    """A scalar as text."""
    if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, str):
        return node.with_value(text(node.value))
    return node


def external(node: Node) -> Node:
    """A top-level resource whose ``external`` holds its name, the old way: ``external: true`` and ``name``."""
    outside = node.get("external") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(outside, Mapping):
        return node
    entries = {**node.entries, "external": Scalar(True, outside.span)}
    if (name := outside.get("name")) is not None:
        if "name" in entries and string(entries["name"]) != string(name):
            raise FormError("name and external.name differ", "keep name, and write external: true", name)
        entries["name"] = name
    return node.with_entries(entries)


FORMS: dict[str, Callable[[Node], Node]] = {
    "build": build,
    "depends": depends,
    "devices": devices,
    "env_files": env_files,
    "extends": extends,
    "external": external,
    "files": files,
    "gpus": gpus,
    "list": as_list,
    "names": names,
    "pairs_map": pairs_map,
    "ports": ports,
    "schedule": schedule,
    "ssh": ssh,
    "text": as_text,
    "volumes": volumes,
}


def canonical(node: Node, attribute: Attribute | None, collector: Collector | None) -> Node:
    """``node`` with every short syntax below it expanded; what is none is a diagnostic, or stays without a collector."""
    return transformed(node, attribute, "form", FORMS, collector)


def transformed(
    node: Node,
    attribute: Attribute | None,
    stage: str,
    functions: dict[str, Callable[[Node], Node]],
    collector: Collector | None,
) -> Node:
    """``node`` with the function that the table's option ``stage`` names applied here and below, the outer one first."""
    if attribute is None or stage not in attribute.stages or (type(node) is Scalar and node.value is None):
        return node
    name = getattr(attribute, stage)
    if name:
        try:
            node = functions[name](node)
        except FormError as error:
            if collector is not None:
                for one in (error, *error.others):
                    collector.error(one.code, str(one), (one.node or node).span, one.fix)
            return node
    if type(node) is Mapping:
        rows, wildcard = attribute.keys, attribute.wildcard
        changed: dict[str, Node] | None = None
        for key, value in node.entries.items():
            row = rows.get(key, wildcard)
            if row is not None and stage in row.stages:
                made = transformed(value, row, stage, functions, collector)
                if made is not value:
                    changed = dict(node.entries) if changed is None else changed
                    changed[key] = made
        return node if changed is None else node.with_entries(changed)
    if type(node) is Sequence and (item := attribute.item) is not None and stage in item.stages:
        return node.with_items(tuple(transformed(one, item, stage, functions, collector) for one in node.items))
    return node
