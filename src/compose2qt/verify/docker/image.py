"""What an image adds to its container where Compose states nothing: a health check, ports, anonymous volumes.

Sources: moby ``daemon/commit.go`` (merge), ``image/spec``: times of a health check are nanoseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.verify.reading import entries, find, is_true, items, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node, Span

_TIMES = {"interval": "Interval", "timeout": "Timeout", "start_period": "StartPeriod"}
_OFF = ("NONE", "")


def completed(node: Mapping, config: dict[str, Any] | None) -> Mapping:
    """``node`` with what ``config``, the image's, adds to it; places are those of the service."""
    if config is None:
        return node
    added = {
        "healthcheck": _check(node, config.get("Healthcheck") or {}),
        "expose": _list(node, "expose", _exposed(node, config)),
        "volumes": _list(node, "volumes", _anonymous(node, config)),
    }
    return node.with_entries({**node.entries, **{key: value for key, value in added.items() if value is not None}})


def _check(node: Mapping, stated: dict[str, Any]) -> Node | None:
    """The check with each field that Compose leaves to the image; None if Compose says all of it, or that there is none."""
    own = entries(node, "healthcheck")
    test = stated.get("Test") or ()
    if not test or test[0] in _OFF or is_true(node, "healthcheck", "disable") or texts(node, "healthcheck", "test"):
        return None
    found = {key: Scalar(f"{stated[name]}ns", node.span) for key, name in _TIMES.items() if stated.get(name)}
    if retries := stated.get("Retries"):
        found["retries"] = Scalar(int(retries), node.span)
    words = Sequence(tuple(Scalar(str(word), node.span) for word in test), node.span)
    return Mapping({"test": words, **found, **own}, node.span)


def _exposed(node: Mapping, config: dict[str, Any]) -> Iterator[Node]:
    declared = {f"{text(port, 'target')}/{text(port, 'protocol') or 'tcp'}" for port in items(node, "ports")}
    yield from (Scalar(str(port), node.span) for port in config.get("ExposedPorts") or () if port not in declared)


def _anonymous(node: Mapping, config: dict[str, Any]) -> Iterator[Node]:
    mounted = {text(volume, "target").rstrip("/") for volume in items(node, "volumes")}
    mounted |= {item.partition(":")[0].rstrip("/") for item in texts(node, "tmpfs")}
    for path in config.get("Volumes") or ():
        if path.rstrip("/") not in mounted:
            yield _volume(path, node.span)


def _volume(path: str, span: Span) -> Node:
    return Mapping({"type": Scalar("volume", span), "target": Scalar(path, span)}, span)


def _list(node: Mapping, key: str, more: Iterator[Node]) -> Node | None:
    own = find(node, key)
    added = tuple(more)
    return Sequence((*items(node, key), *added), own.span if own is not None else node.span) if added else None
