"""References to other services inside values: found by parsing URLs, DSNs and host:port lists, then followed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.kube.names import is_label
from compose2qt.workload.sensitive import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.mapping.plan import Host

_TOKEN = re.compile(r"(?<![\w.-])([A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?)(?::(\d{1,5})(?![\w.]))?")
_AUTHORITY_END = re.compile(r"[/\s\"'?#]|\Z")
# A bare word is a host only where the key says so: REDIS_HOST=redis, but not CACHE_TYPE=redis.
_HOST_WORDS = frozenset(
    "host hosts hostname server servers address addr endpoint broker brokers bootstrap nodes peers upstream".split()
)
_NO_HOST_WORDS = frozenset("image tag version name user username db database schema".split())


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://[^\s/]{0,300}\Z")
_SCHEME_PORTS = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306,
    "mongodb": 27017, "redis": 6379, "amqp": 5672, "nats": 4222, "ldap": 389, "ldaps": 636, "smtp": 25, "mqtt": 1883,
    "bolt": 7687, "neo4j": 7687, "memcached": 11211, "clickhouse": 9000,
}  # fmt: skip
# What stands before a bare word that is a host: a key or flag that ends with a host's word, -h, or a program that connects.
_BEFORE_HOST = re.compile(
    r"(?i)(?:(?:^|[\s\"'_.,{(-])(?:hosts?|hostname|servers?|addr|address|endpoint|brokers?|bootstrap|peers?)"
    r"[\"']?(?:\s*[:=]\s*|\s+)[\"']?|(?:^|\s)-h\s+"
    r"|(?:^|[\s;&|(/])(?:nc|ncat|netcat|telnet|ping|getent\s+hosts|nslookup|dig)\s(?:[^|;&\n]{0,60}\s)?)\Z"
)
_NGINX_UPSTREAM = re.compile(r"(?m)^\s*upstream\s+([\w.-]+)\s*\{")


class Reference(Struct, frozen=True):
    """A mention of the Compose host ``host`` at ``start`` .. ``end`` of a value, with a port if one is written."""

    host: str
    port: int | None
    start: int
    end: int
    scheme: str = ""

    @property
    def listens(self) -> int | None:
        """The port that is connected to: the written one, else that of the URL's scheme."""
        return self.port if self.port is not None else _SCHEME_PORTS.get(self.scheme)


def find(value: str, hosts: Mapping[str, Host], key: str = "", before: str = "") -> Iterator[Reference]:
    """The references to ``hosts`` in ``value``; ``key`` is the name under which it stands, ``before`` the text before it."""
    key_words = words(key)
    for match in _TOKEN.finditer(value):
        host, port = match.groups()
        if host in hosts and _is_reference(value, match, key_words, before):
            scheme = _SCHEME.search(value[max(0, match.start() - 340) : match.start()])
            name = scheme[1].lower().partition("+")[0] if scheme else ""
            yield Reference(host, int(port) if port else None, match.start(), match.end(), name)


def _is_reference(value: str, match: re.Match[str], key_words: list[str], text_before: str) -> bool:
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
        return "//" in value[:start] or "@tcp(" in value
    names_something_else = bool(key_words) and key_words[-1] in _NO_HOST_WORDS
    if match[2] is not None:
        return not names_something_else
    if _BEFORE_HOST.search((text_before[-80:] + value[max(0, start - 80) : start])[-80:]):
        return value[end : end + 1] not in ("/", ".", "=")
    is_list = value == match[1] or ("," in value and " " not in value and "/" not in value)
    return is_list and not _HOST_WORDS.isdisjoint(key_words) and not names_something_else


def follow(value: str, hosts: Mapping[str, Host], key: str = "", before: str = "") -> str:
    """``value`` with each reference led to where its service answers now."""
    parts: list[str] = []
    done = 0
    for reference in find(value, hosts, key, before):
        host = hosts[reference.host]
        ports = dict(host.ports)
        port = "" if reference.port is None else f":{ports.get(reference.port, reference.port)}"
        parts += [value[done : reference.start], host.service, port]
        done = reference.end
    return "".join([*parts, value[done:]]) if parts else value


def follow_words(vector: tuple[str, ...], hosts: Mapping[str, Host]) -> tuple[str, ...]:
    """An argument vector with each reference followed: a word may be the value of the flag before it."""
    return tuple(follow(word, hosts, "", before) for before, word in _with_before(vector))


def find_in_words(vector: tuple[str, ...], hosts: Mapping[str, Host]) -> Iterator[Reference]:
    """The references in an argument vector."""
    for before, word in _with_before(vector):
        yield from find(word, hosts, "", before)


def _with_before(vector: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    before = ""
    for word in vector:
        yield before, word
        before = f"{before}{word} "[-80:]


def hosts_of_file(text: str, hosts: Mapping[str, Host]) -> Mapping[str, Host]:
    """The hosts that a configuration file may mean: what it declares itself as an upstream is no host without a port."""
    own = set(_NGINX_UPSTREAM.findall(text))
    return {name: host for name, host in hosts.items() if name not in own} if own else hosts


def follow_file(text: str, hosts: Mapping[str, Host]) -> str:
    """A configuration file with each reference followed."""
    own = set(_NGINX_UPSTREAM.findall(text)) & set(hosts)
    if own:
        for name in sorted(own):
            pattern = rf"(?m)^(\s*server\s+){re.escape(name)}(?=[:;\s])"
            to = hosts[name].service.replace("\\", "")
            text = re.sub(pattern, rf"\g<1>{to}", text)
    return follow(text, hosts_of_file(text, hosts))


def undecided(value: str, hosts: Mapping[str, Host], key: str = "") -> Iterator[str]:
    """Names of renamed services that stand in a followed ``value`` where nothing says whether they are hosts.

    Only names that no host of Kubernetes can have: others are ordinary words.
    """
    key_words = words(key)
    if key_words and key_words[-1] in _NO_HOST_WORDS:
        return
    for match in _TOKEN.finditer(value):
        name = match[1]
        is_word = value[match.start() - 1 : match.start()] not in ("/", "@") if match.start() else True
        if name in hosts and not is_label(name) and hosts[name].service != name and is_word:
            yield name


def ports_of(references: Iterable[Reference]) -> Iterator[tuple[str, int | None]]:
    """(host, port) of each reference; None if no port is known."""
    for reference in references:
        port = reference.listens
        yield reference.host, port if port is not None and 0 < port < 65536 else None
