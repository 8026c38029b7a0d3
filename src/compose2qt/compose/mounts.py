"""``volumes`` and ``devices`` of a service in short syntax."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from compose2qt.compose.texts import text
from compose2qt.compose.tree import FormError, built, each
from compose2qt.source import Mapping, Scalar

if TYPE_CHECKING:
    from compose2qt.source import Node, Value

_DRIVE = re.compile(r"[^\W\d_]:")
_PROPAGATION = frozenset("rprivate private rshared shared rslave slave".split())


def volumes(node: Node) -> Node:
    """Every short volume to ``{type, source, target, …}``."""
    return each(node, volume)


def volume(item: Scalar) -> Node:
    """One short volume; ``FormError`` if it is none."""
    written = text(item.value)
    fields = _fields(written)
    if not written or len(fields) > 3 or not all(fields):
        raise FormError("this is not a volume", "write SOURCE:TARGET[:ro]", item)
    span = item.span
    if len(written) <= 2:
        return built(span, {"type": "volume", "target": clean(fields[0])})
    source = fields[0] if len(fields) > 1 else ""
    is_bind = source.startswith((".", "/", "~", "\\\\")) or _DRIVE.match(source) is not None
    values: dict[str, Value] = {
        "type": "bind" if is_bind else "volume",
        "source": source,
        "target": clean(fields[min(1, len(fields) - 1)]),
    }
    if not source:
        del values["source"]
    bind: dict[str, Value] = {"create_host_path": True} if is_bind else {}
    inner: dict[str, Value] | None = None if is_bind else {}
    for option in fields[2].split(",") if len(fields) == 3 else ():
        if option == "ro":
            values["read_only"] = True
        elif option == "rw":
            values.pop("read_only", None)
        elif option == "nocopy":
            inner = {"nocopy": True}
        elif option in ("z", "Z"):
            bind["selinux"] = option
        elif option in _PROPAGATION:
            bind["propagation"] = option
    entries = dict(built(span, values).entries)
    if bind:
        entries["bind"] = built(span, bind)
    if inner is not None:
        entries["volume"] = built(span, inner)
    return Mapping(entries, span)


def _fields(written: str) -> list[str]:
    """The colon-separated fields; a single letter before a colon is a Windows drive, and ``${A:-b}`` is one piece."""
    if len(written) <= 2:
        return [written]
    fields: list[str] = []
    for part in written.split(":"):
        previous = fields[-1] if fields else ""
        is_drive = len(previous) == 1 and previous.isalpha()
        if is_drive or previous.rfind("${") > previous.rfind("}"):
            fields[-1] += ":" + part
        else:
            fields.append(part)
    return fields


def clean(path: str) -> str:
    """A path as Go's ``path.Clean`` writes it."""
    cleaned = posixpath.normpath(path)
    return "/" + cleaned.lstrip("/") if cleaned.startswith("//") else cleaned


def devices(node: Node) -> Node:
    """``src:dst:rwm`` to ``{source, target, permissions}``."""
    return each(node, _device)


def _device(item: Scalar) -> Node:
    parts = text(item.value).split(":")
    if len(parts) > 3:
        raise FormError("this is not a device", "write SOURCE:TARGET:PERMISSIONS", item)
    source, target, permissions = [*parts, *["", "rwm"][len(parts) - 1 :]]
    return built(item.span, {"source": source, "target": target or source, "permissions": permissions})


def device_target(written: str) -> str:
    """Where a device in short syntax appears in the container."""
    parts = written.split(":")
    return parts[min(1, len(parts) - 1)]
