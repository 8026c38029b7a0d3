"""Relative paths made absolute, as Compose resolves them. Source: reference, section 2.11."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from compose2qt.compose.tree import string
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.compose.spec import Attribute
    from compose2qt.source import Node

REMOTE = re.compile(r"[^:/]*://|git@|github\.com/|oci:")
"""What is fetched, not read: a Git repository, an OCI artifact, an image."""
_OTHER = re.compile(r".*://|service:|git@|github\.com/", re.DOTALL)
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def resolved_paths(node: Node, attribute: Attribute, directory: Path) -> Node:
    """``node`` with every path attribute absolute below ``directory``."""
    if "path" not in attribute.stages:
        return node
    if type(node) is Scalar:
        return _path(node, attribute, directory) if attribute.is_path else node
    if type(node) is Sequence:
        row = attribute.item
        return node if row is None else node.with_items(tuple(resolved_paths(item, row, directory) for item in node.items))
    if not isinstance(node, Mapping):
        return node
    if attribute.is_path:
        return node.with_entries({key: _path(value, attribute, directory) for key, value in node.entries.items()})
    rows, wildcard = attribute.keys, attribute.wildcard
    entries = {
        key: value if (row := rows.get(key, wildcard)) is None else resolved_paths(value, row, directory)
        for key, value in node.entries.items()
    }
    if "bind" in rows:
        _resolve_bind(entries, directory)
    return node.with_entries(entries)


def _path(node: Node, attribute: Attribute, directory: Path) -> Node:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return node
    if attribute.is_context and _OTHER.match(node.value):
        return node
    made = _host_path(node.value, directory) if attribute.is_host else absolute(node.value, directory)
    return node if made == node.value else node.with_value(made)


def _resolve_bind(entries: dict[str, Node], directory: Path) -> None:
    """The source of a bind mount."""
    source = entries.get("source")
    if string(entries.get("type")) == "bind" and isinstance(source, Scalar) and isinstance(source.value, str):
        entries["source"] = source.with_value(_host_path(source.value, directory))


def bound_device(volume: Node, directory: Path) -> Node:
    """A top-level volume that is a bind mount in disguise (``driver: local`` and ``o: bind``), with its device absolute."""
    options = volume.get("driver_opts") if isinstance(volume, Mapping) else None
    if not isinstance(volume, Mapping) or not isinstance(options, Mapping):
        return volume
    device = options.get("device")
    if string(volume.get("driver")) != "local" or string(options.get("o")) != "bind" or not isinstance(device, Scalar):
        return volume
    made = options.with_entries({**options.entries, "device": device.with_value(_host_path(string(device), directory))})
    return volume.with_entries({**volume.entries, "driver_opts": made})


def _host_path(path: str, directory: Path) -> str:
    return path if _WINDOWS.match(path) else absolute(path or ".", directory)


def absolute(path: str, directory: Path) -> str:
    """``path`` below ``directory``; ``~`` is the home folder; an absolute path and an empty text stay as they are."""
    if path.startswith("~"):
        return os.path.normpath(os.path.join(os.path.expanduser("~"), path[1:].lstrip("/")))  # noqa: PTH111, PTH118 - text in, text out
    if not path or path.startswith("/"):
        return path
    return os.path.normpath(os.path.join(directory, path))  # noqa: PTH118 - text in, text out
