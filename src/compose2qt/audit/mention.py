"""Hosts that a text mentions: in URLs, in lists of ``host:port``, or as a bare word under a key that says host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.workload.sensitive import words

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL = re.compile(r"\b([A-Za-z][\w+.-]{0,30})://([^/\s\"'<>?#]{1,1000})")
_PLAIN = re.compile(r"([A-Za-z0-9_](?:[\w.-]{0,250}[A-Za-z0-9_])?)(?::(\d{1,5}))?\Z")
_HOST_WORDS = frozenset("host hosts hostname server servers address addr endpoint broker brokers bootstrap".split())
_PORTS = {"http": 80, "https": 443, "postgres": 5432, "postgresql": 5432, "redis": 6379, "mysql": 3306, "mongodb": 27017,
          "amqp": 5672, "nats": 4222}  # fmt: skip


class Mention(NamedTuple):
    """A host named in a value; ``port`` is None where neither the text nor the scheme says one."""

    host: str
    port: int | None
    scheme: str = ""
    user: str = ""
    """What stands before ``@``: never shown, it may hold a password."""
    is_guess: bool = False
    """Whether the port is not written, but the scheme's."""


def mentions(key: str, value: str) -> Iterator[Mention]:
    """The hosts that ``value`` under ``key`` mentions."""
    if len(value) > 10_000 or value.isdecimal():
        return
    if "://" in value:
        yield from _urls(value)
    elif ":" in value or not _HOST_WORDS.isdisjoint(words(key)):
        yield from _plain(key, value)


_NOT_ADDRESSES = frozenset("image images tag version note comment description title".split())


def says_address(key: str) -> bool:
    """Whether a variable called ``key`` may hold an address: not one that says it is an image or a remark."""
    return _NOT_ADDRESSES.isdisjoint(words(key))


def _urls(value: str) -> Iterator[Mention]:
    for scheme, authority in _URL.findall(value):
        user, _, rest = authority.rpartition("@")
        base = scheme.lower().partition("+")[0]
        for part in rest.split(","):
            match = _PLAIN.match(part)
            if match:
                yield Mention(match[1], int(match[2]) if match[2] else _PORTS.get(base), base, user, not match[2])


def _plain(key: str, value: str) -> Iterator[Mention]:
    says_host = not _HOST_WORDS.isdisjoint(words(key))
    for part in value.split(","):
        match = _PLAIN.match(part.strip())
        if match and (match[2] or says_host) and not match[1].isdecimal():
            yield Mention(match[1], int(match[2]) if match[2] else None)


_NOT_HOSTS = frozenset("-U -u -d -n --user --username --dbname --database --name".split())


_BEFORE_PROGRAMS = frozenset("-c -ec -lc if then else elif while until do ! exec CMD CMD-SHELL".split())
"""What a program's name may follow; it follows a shell's operators, too, or begins the command."""


def addresses(command: str, host: str) -> bool:
    """Whether ``command`` uses ``host`` as an address: a word of its own or in a URL, no program, user or path."""
    if host not in command:
        return False
    # What follows is no method of an object that is called so: db.adminCommand('ping').
    for match in re.finditer(rf"(?:(?<=//)|(?<=@)|(?<![\w./-])){re.escape(host)}(?![\w-]|\.\w*[A-Z(])", command):
        before = command[: match.start()].split()[-1:]
        is_program = not before or before[0] in _BEFORE_PROGRAMS or before[0][-1] in ";|&("
        if not is_program and not _NOT_HOSTS.intersection(before) and not command[: match.start()].endswith("="):
            return True
    return False
