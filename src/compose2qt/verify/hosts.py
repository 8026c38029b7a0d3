"""Host names inside values: where they stand, and when two values name the same services by different names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from compose2qt.verify.contract import Answers

# A name, the port beside it, and between them the dot that makes a name absolute: without the search domains of a cluster.
_TOKEN = re.compile(
    r"(?<![\w.-])([A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?)(?:\.(?=[:/])|(?<=\.cluster\.local)\.)?(?::(\d{1,5})(?![\w.]))?"
)
_DOMAIN = ".svc.cluster.local"
# How far around a name is looked: what is said of it stands near, and a long value costs no more a name than a short one.
_NEAR = 256
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(?:[^\s/?#\"'<>]*[@,(\[])?\Z")
_OPEN_SCHEME = re.compile(r"(?:^|[\s=\"'])//\Z")
_USER = re.compile(r"[^\s/?#\"'<>]*@")
# Names before this one in a list, and a key that says what all of them are.
_HOSTS_ARE = re.compile(
    r"(?i)(?:^|[\s,;&\"'{(-])(?:host|hosts|server|servers|data source|addr|address)[\"']?\s*[:=]\s*[\"']?"
    r"(?:[\w.-]+(?::\d{1,5})?[,|]\s?)*\Z"
)
_LIST_BEFORE = re.compile(r"(?:[\w.-]+(?::\d{1,5})?,\s*)*\Z")
_LIST_AFTER = re.compile(r"(?:,\s*[\w.-]+(?::\d{1,5})?)*\s*\Z")
_SCHEME_PORTS = {
    "http": 80, "ws": 80, "https": 443, "wss": 443, "postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306,
    "redis": 6379, "amqp": 5672, "mongodb": 27017, "nats": 4222,
}  # fmt: skip
_HOST_KEY = re.compile(
    r"(?i)(?:^|_)(?:(?!V?HOST|GHOST)[A-Z]+HOST|HOST|HOSTS|HOSTNAME|SERVER|SERVERS|ADDR|ADDRESS|ENDPOINT|BROKERS?|UPSTREAM)\Z"
)
_OTHER_KEY = re.compile(r"(?i)(?:^|_)(?:IMAGE|TAG|VERSION|USER|USERNAME|PASS|PASSWORD|NAME|DATABASE|SCHEMA|DB)\Z")


_WITH_PORT = re.compile(r"(?i)(.*?)(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)")


_VARIABLE_PORT = re.compile(r"(?<=\w):\$(?:[{(](\w+)(?::?-(\d+))?[})]|(\w+)())")


class Mention(NamedTuple):
    """A host name in a value; ``port`` is written beside it or, if ``by_scheme``, follows from the URL's scheme."""

    name: str
    port: int | None
    by_scheme: bool = False


def mentions(value: str, names: Container[str], key: str = "") -> Iterator[Mention]:
    """The places of ``value`` that surely name one of ``names`` as a host; ``key`` is the variable's name."""
    of_hosts, of_others = _HOST_KEY.search(key) is not None, _OTHER_KEY.search(key) is not None
    for match in _TOKEN.finditer(value):
        written, port = match.groups()
        name = written if written in names else written.lower()  # as DNS sees it
        if name not in names:
            continue
        before = value[max(0, match.start() - _NEAR) : match.start()]
        after = value[match.end() : match.end() + _NEAR]
        if "://" in before and (url := _URL.search(before)):
            if not _USER.match(after):
                is_open = not port and after.startswith(":")
                yield Mention(name, int(port) if port else None if is_open else _scheme_port(url[1]), not (port or is_open))
        elif (before.endswith(("/", "@")) and not (port and _OPEN_SCHEME.search(before))) or (
            after.startswith(("@", "/", ".", "=")) and not port
        ):
            continue
        elif (port and not of_others) or (written == name and (_is_told(before) or (of_hosts and _is_list(before, after)))):
            yield Mention(name, int(port) if port else None)


def mention_beside(key: str, given: Mapping[str, str], names: Container[str]) -> Iterator[Mention]:
    """A host whose port is the value of another variable: ``DB_HOST`` with ``DB_PORT``."""
    found = _WITH_PORT.fullmatch(key)
    if found and given[key] in names and (port := given.get(f"{found[1]}PORT", "")).isdecimal() and len(port) < 6:
        yield Mention(given[key], int(port))


def with_ports(value: str, given: Mapping[str, str]) -> str:
    """``value`` with the ports behind names that are variables of the container, as its program will see them."""

    def number(found: re.Match[str]) -> str:
        name, otherwise = next((found[i], found[i + 1]) for i in (1, 3) if found[i])
        seen = given.get(name, "") or otherwise or ""
        return f":{seen}" if seen.isdecimal() else found[0]

    return _VARIABLE_PORT.sub(number, value) if "$" in value else value


def _is_told(before: str) -> bool:
    """Whether a key before a name says that it is a host."""
    return before[-1:] in ("=", ":", ",", "|", " ", '"', "'") and _HOSTS_ARE.search(before) is not None


def _is_list(before: str, after: str) -> bool:
    """Whether a value is a list of names and nothing else."""
    return _LIST_BEFORE.match(before) is not None and _LIST_AFTER.match(after) is not None


def _scheme_port(scheme: str) -> int | None:
    return _SCHEME_PORTS.get(scheme.lower().partition("+")[0])


def same_text(
    docker: str, cluster: str, service_of: Callable[[str], tuple[str, ...]], answers: Callable[[str], dict[str, Answers]]
) -> bool:
    """Whether two values are equal but for host names, and each pair of host names reaches the same service and port.

    ``service_of`` gives the services behind a Compose name, ``answers`` those behind a cluster name with their ports.
    """
    if docker == cluster:
        return True
    ours, theirs = list(_TOKEN.finditer(docker)), list(_TOKEN.finditer(cluster))
    if len(ours) != len(theirs) or _gaps(docker, ours) != _gaps(cluster, theirs):
        return False
    return all(_same_token(left, right, service_of, answers) for left, right in zip(ours, theirs, strict=True))


def _port(found: re.Match[str]) -> int | None:
    """The port beside a name, or the one that its URL means."""
    if found[2] is not None:
        return int(found[2])
    url = _URL.search(found.string[max(0, found.start() - _NEAR) : found.start()])
    return _scheme_port(url[1]) if url else None


def _gaps(value: str, found: list[re.Match[str]]) -> list[str]:
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(value)]
    return [value[end:start] for end, start in zip(ends, starts, strict=True)]


def _same_token(
    left: re.Match[str],
    right: re.Match[str],
    service_of: Callable[[str], tuple[str, ...]],
    answers: Callable[[str], dict[str, Answers]],
) -> bool:
    if left[0] == right[0]:
        return True
    services, reached = service_of(left[1]), answers(right[1])
    if right[0][len(right[1]) :].startswith(".") and not right[1].endswith(_DOMAIN):
        return False  # an absolute name is none of the namespace's
    if not services or not set(services) <= set(reached):
        return False
    if left[2] is right[2] is None:
        return True
    wanted, dialled = _port(left), _port(right)
    if wanted is None or dialled is None:
        return False
    return all(arrives(reached[service], dialled) == wanted for service in services)


def arrives(answers: Answers, port: int, protocol: str = "TCP") -> int | None:
    """The container port that a connection to ``port`` of a name reaches; None if nothing answers."""
    found = dict(answers.ports).get((port, protocol))
    return port if found is None and answers.every else found
