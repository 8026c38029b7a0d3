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

# A name, the dot of an absolute one before its port or path, and a port.
_TOKEN = re.compile(r"(?<![\w.-])([A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?)(?:\.(?=[:/]))?(?::(\d{1,5})(?![\w.]))?")
_SPAN = 300
"""How many characters around a name decide what it is: enough for any URL or list, and the same work for every name."""
# A bare word is a host only where the key says so: REDIS_HOST=redis, but not CACHE_TYPE=redis.
_HOST_WORDS = frozenset(
    "host hosts hostname hostnames server servers address addresses addr addrs endpoint endpoints broker brokers bootstrap "
    "nodes peers seeds upstream upstreams".split()
)
_LAST_HOST_WORDS = frozenset("backend backends connect url urls uri uris".split())
_IMAGE_WORDS = frozenset(("image", "tag", "version"))
_NO_HOST_WORDS = _IMAGE_WORDS | frozenset("name user username db database schema".split())
# The authority of a URL up to where a host may stand: at its begin, behind the user, behind another host, in brackets.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}\Z")
_AUTHORITY = re.compile(r"(?:[^\s/?#\"'<>]*[@,(\[])?\Z")
_REST_OF_AUTHORITY = re.compile(r"[^\s/?#\"'<>]*")
# jdbc:oracle:thin:@host, and the members of a quorum: 1@host:9093.
_BEHIND_AT = re.compile(r"(?:\bjdbc:[\w:]{1,60}:|//[^\s\"'<>]*)@\Z|@tcp\(\Z|(?:^|[\s,;=\"'])\d+@\Z")
# Hosts before this one in a list, and what may stand behind one.
_LIST = re.compile(r"(?:[\w.-]+(?::\d{1,5})?[\"']?[,;|]\s?[\"']?)*\Z")
_WHOLE_LIST = re.compile(r"[\[{(\"'\s]*(?:[\w.-]*(?::\d{1,5})?[\"']?[,;|]\s*[\"']?)*\Z")
_AFTER_ITEM = re.compile(r"[,;|\"')\]}]|\s*\Z")
_SCHEME_PORTS = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306,
    "mongodb": 27017, "redis": 6379, "amqp": 5672, "nats": 4222, "ldap": 389, "ldaps": 636, "smtp": 25, "mqtt": 1883,
    "bolt": 7687, "neo4j": 7687, "memcached": 11211, "clickhouse": 9000,
}  # fmt: skip
# What stands before a bare word that is a host: a key or flag that ends with a host's word, -h, or a program that connects.
_BEFORE_HOST = re.compile(
    r"(?i)(?:(?:^|[\s\"'_.,;&?\[{(-]|-D)(?:hosts?|hostnames?|servers?|addrs?|address(?:es)?|data[ _]source|endpoints?|brokers?"
    r"|bootstrap|nodes|peers|seeds|upstreams?|backends?)[\"']?(?:\s*[:=]\s*|\s+)[\"'\[]*(?:tcp:)?|(?:^|\s)-h\s+"
    r"|(?:^|[\s;&|(/])(?:nc|ncat|netcat|telnet|ping|getent\s+hosts|nslookup|dig)\s(?:[^|;&\n]{0,60}\s)?)\Z"
)
# What stands before a word that surely is something else: DATABASE=..., "user": ..., a path.
_BEFORE_OTHER = re.compile(
    r"(?i)(?:/|(?:^|[\s\"'_.,;&?\[{(-])\w*(?:database|dbname|catalog|user|username|uid|user[ _]id|name|schema|image|tag|version"
    r"|table|index|topic|queue|path|dir)[\"']?\s*[:=]\s*[\"']?)\Z"
)
_NGINX_UPSTREAM = re.compile(r"(?m)^[ \t]*upstream[ \t]+([\w.-]+)\s*\{")


_WITH_PORT = re.compile(r"(\w*?)(?i:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)")
# PGHOST and MYSQLHOST are hosts, too; the virtual hosts of a broker are none.
_ENDS_AS_HOST = re.compile(r"(?!vhost|ghost|localhost)[a-z0-9]+host(?:s|name)?")


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


def port_beside(key: str, variables: Mapping[str, str]) -> int | None:
    """The port that goes with a host: ``DB_PORT`` with ``DB_HOST``; None if there is none, or no number."""
    found = _WITH_PORT.fullmatch(key)
    beside = variables.get(f"{found[1]}PORT", "") if found else ""
    return int(beside) if beside.isdecimal() and 0 < len(beside) < 6 and 0 < int(beside) < 65536 else None


_OPEN_PORT = re.compile(r"(?<=[A-Za-z0-9_]):\$(?:\{(\w+)(?::?-(\d+))?\}|\((\w+)\)|(\w+))")


def with_ports(text: str, variables: Mapping[str, str]) -> str:
    """``text`` with the number for each port behind a name that is a variable of the container: ``api:${API_PORT}``."""

    def known(match: re.Match[str]) -> str:
        port = variables.get(match[1] or match[3] or match[4]) or match[2] or ""
        return f":{port}" if port.isdecimal() else match[0]

    return _OPEN_PORT.sub(known, text) if ":$" in text else text


def find(value: str, hosts: Mapping[str, Host], key: str = "", before: str = "") -> Iterator[Reference]:
    """The references to ``hosts`` in ``value``; ``key`` is the name under which it stands, ``before`` the text before it."""
    key_words = words(key)
    for match in _TOKEN.finditer(value):
        written, port = match.groups()
        host = written if written in hosts else written.lower()
        if host not in hosts or (scheme := _role(value, match, key_words, before)) is None:
            continue
        # Docker's DNS knows no case, but REDIS alone may be a word of another kind.
        if host == written or scheme or port:
            # A port that is written as a variable is not known: it is not the scheme's.
            is_open = port is None and value[match.end() : match.end() + 1] == ":"
            spoken = "" if is_open else scheme.lower().partition("+")[0]
            yield Reference(host, int(port) if port else None, match.start(), match.end(), spoken)


def _role(value: str, match: re.Match[str], key_words: tuple[str, ...], text_before: str) -> str | None:
    """The scheme with which a name is reached, empty if none is written; None if the name is no host."""
    start, end = match.span()
    before, after = value[max(0, start - _SPAN) : start], value[end : end + _SPAN]
    if (scheme := _scheme(before)) is not None:
        rest = _REST_OF_AUTHORITY.match(after)
        return None if rest and "@" in rest[0] else scheme
    if match[2] is not None and (before == "//" or before[-3:] in (" //", "'//", '"//', "=//")):
        return ""  # an address whose scheme is left open
    if after[:1] == "@" or before[-1:] == "/":
        return None  # a user's name or password; a path, or an image of a registry
    if before[-1:] in ("@", "("):
        is_host = _BEHIND_AT.search(before) or (match[2] is not None and before[-1:] == "(")
        return "" if is_host else None
    last = key_words[-1] if key_words else ""
    if match[2] is not None:
        return None if last in _IMAGE_WORDS else ""
    if _is_named_a_host((text_before[-_SPAN:] + before)[-_SPAN:]):
        return "" if after[:1] not in ("/", ".", "=") else None
    names_hosts = last in _LAST_HOST_WORDS or any(word in _HOST_WORDS or _ENDS_AS_HOST.fullmatch(word) for word in key_words)
    is_item = names_hosts and last not in _NO_HOST_WORDS and _WHOLE_LIST.match(before) and _AFTER_ITEM.match(after)
    return "" if is_item else None


def _scheme(before: str) -> str | None:
    """The scheme of the URL whose host may stand behind ``before``."""
    slashes = before.rfind("://")
    if slashes < 0 or not _AUTHORITY.match(before, slashes + 3):
        return None
    found = _SCHEME.search(before[max(0, slashes - 31) : slashes])
    return found[0] if found else None


def _is_named_a_host(before: str) -> bool:
    """Whether a key, a flag or a program before it says that a word is a host, or the list that it stands in a list of them."""
    if _BEFORE_HOST.search(before[-80:]):
        return True
    items = _LIST.search(before) if before.rstrip(" \"'")[-1:] in (",", ";", "|") else None
    return items is not None and _BEFORE_HOST.search(before[: items.start()][-80:]) is not None


def follow(value: str, hosts: Mapping[str, Host], key: str = "", before: str = "") -> str:
    """``value`` with each reference led to where its service answers now."""
    parts: list[str] = []
    done = 0
    for reference in find(value, hosts, key, before):
        host = hosts[reference.host]
        ports = dict(host.ports)
        port = "" if reference.port is None else f":{ports.get(reference.port, reference.port)}"
        written = value[reference.start : reference.start + len(reference.host)]
        parts += [value[done : reference.start], written if written.lower() == host.service else host.service, port]
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
            pattern = rf"(?m)^([ \t]*server[ \t]+){re.escape(name)}(?=[:;\s])"
            to = hosts[name].service.replace("\\", "")
            text = re.sub(pattern, rf"\g<1>{to}", text)
    return follow(text, hosts_of_file(text, hosts))


def undecided_words(vector: tuple[str, ...], hosts: Mapping[str, Host]) -> Iterator[tuple[str, int]]:
    """Names in a followed argument vector where nothing says whether they are hosts, with the index of their word."""
    for index, (before, word) in enumerate(_with_before(vector)):
        if not _BEFORE_OTHER.search(before.rstrip() + "="):
            yield from ((name, index) for name in undecided(word, hosts))


def undecided(value: str, hosts: Mapping[str, Host], key: str = "") -> Iterator[str]:
    """Names of renamed services that stand in a followed ``value`` where nothing says whether they are hosts.

    Only names that no host of Kubernetes can have: others are ordinary words.
    """
    key_words = words(key)
    if key_words and key_words[-1] in _NO_HOST_WORDS:
        return
    for match in _TOKEN.finditer(value):
        name = match[1]
        if name in hosts and not is_label(name) and hosts[name].service != name:
            before = value[max(0, match.start() - 80) : match.start()]
            if not _BEFORE_OTHER.search(before) and value[match.end() : match.end() + 1] != "@":
                yield name


def ports_of(references: Iterable[Reference]) -> Iterator[tuple[str, int | None]]:
    """(host, port) of each reference; None if no port is known."""
    for reference in references:
        port = reference.listens
        yield reference.host, port if port is not None and 0 < port < 65536 else None
