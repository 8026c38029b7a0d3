"""References to other services inside values: found by parsing URLs, DSNs and host:port lists, then followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compose2qt.workload.sensitive import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.mapping.plan import Host

_TOKEN = re.compile(r"(?<![\w.-])([A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?)(?::(\d{1,5})(?![\w.]))?")
_AUTHORITY_END = re.compile(r"[/\s\"'?#]|\Z")
# A bare word is a host only where the key says so: REDIS_HOST=redis, but not CACHE_TYPE=redis.
_HOST_WORDS = frozenset(
    "host hosts hostname server servers address addr endpoint broker brokers bootstrap nodes peers upstream".split()
)
_NO_HOST_WORDS = frozenset("image tag version name user username db database schema".split())


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention of the Compose host ``host`` at ``start`` .. ``end`` of a value, with a port if one is written."""

    host: str
    port: int | None
    start: int
    end: int


def find(value: str, hosts: Mapping[str, Host], key: str = "") -> Iterator[Reference]:
    """The references to ``hosts`` in ``value``; ``key`` is the name under which the value stands."""
    key_words = words(key)
    for match in _TOKEN.finditer(value):
        host, port = match.groups()
        if host in hosts and _is_reference(value, match, key_words):
            yield Reference(host, int(port) if port else None, match.start(), match.end())


def _is_reference(value: str, match: re.Match[str], key_words: list[str]) -> bool:
    start, end = match.span()
    before = value[max(0, start - 2) : start]
    if value[end : end + 1] == "@":
        return False  # a user's name or password
    if before == "//":
        boundary = _AUTHORITY_END.search(value, end)
        return "@" not in value[start : boundary.start() if boundary else end]
    if before[-1:] == "/":
        return False  # a path, or an image of a registry
    if before[-1:] == "@":
        return "//" in value[:start]
    names_something_else = bool(key_words) and key_words[-1] in _NO_HOST_WORDS
    if match[2] is not None:
        return not names_something_else
    is_list = value == match[1] or ("," in value and " " not in value and "/" not in value)
    return is_list and not _HOST_WORDS.isdisjoint(key_words) and not names_something_else


def follow(value: str, hosts: Mapping[str, Host], key: str = "") -> str:
    """``value`` with each reference led to where its service answers now."""
    parts: list[str] = []
    done = 0
    for reference in find(value, hosts, key):
        host = hosts[reference.host]
        ports = dict(host.ports)
        port = "" if reference.port is None else f":{ports.get(reference.port, reference.port)}"
        parts += [value[done : reference.start], host.service, port]
        done = reference.end
    return "".join([*parts, value[done:]]) if parts else value
