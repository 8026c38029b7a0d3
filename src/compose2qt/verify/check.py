"""Health commands and HTTP probes in one form, so that a command that was lifted compares equal to its probe."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from compose2qt.verify.shell import alone, is_shell

_LOCAL = re.compile(
    r"(https?)://(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\d+))?(/[\w/.~%&+,;=:@-]*(?:\?[\w/.~%&+,;=:@?-]*)?)?\Z",
    re.ASCII,
)
_OWN = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))  # noqa: S104 - compared, not bound
_LONGEST = 2000
"""A command with more characters does more than one check."""
_CURL_SILENT = re.compile(
    r"(?:-m\d+|-[fsSILkvN4]+|"
    r"--(?:fail|fail-with-body|ipv4|verbose|silent|show-error|head|location|insecure|output|no-progress-meter))\Z"
)
_WGET_SILENT = re.compile(
    r"(?:-q.*|-nv|-S|-O-|-4|-[tT]\d+|--(?:quiet|spider|no-verbose|no-check-certificate|server-response))\Z"
)
_TAKES_VALUE = frozenset(
    "-o -m -T -t -O --output --max-time --connect-timeout --retry --timeout --tries --output-document".split()
)
_WRITES = frozenset("-o -O --output --output-document".split())
_NOTHING_ELSE = frozenset("/dev/null -".split())


_PLAIN = re.compile(r"[\w./:@%+,=-]+")
"""A word that no shell makes another one of; as a first word it is no assignment."""
_OF_SHELLS = frozenset(
    ". : alias bg break case cd command continue do done elif else esac eval exec exit export fg fi for function getopts hash "
    "if jobs local read readonly return set shift source then time times trap type ulimit umask unalias unset until wait "
    "while".split()
)


class HttpCheck(NamedTuple):
    """A request to the container itself that counts as passed below status 400."""

    scheme: str
    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        shown = "".join(f", {name}: {value}" for name, value in self.headers)
        return f"GET {self.scheme}://<pod>:{self.port}{self.path}{shown} is below 400"


class PortCheck(NamedTuple):
    """A TCP connection to the container itself."""

    port: int

    def __str__(self) -> str:
        return f"port {self.port} accepts a connection"


def canonical_check(command: tuple[str, ...]) -> str:
    """What ``command`` checks: an HTTP request or a connection where it is nothing else, else the command itself."""
    words = _words(command)
    found = _http(words) or _connection(words) if words else None
    is_alone = (
        words is not None
        and words[0] not in _OF_SHELLS
        and "=" not in words[0]
        and all(_PLAIN.fullmatch(word) for word in words)
    )
    run = words if words and is_alone else list(command)
    return str(found) if found else f"run {json.dumps(run, ensure_ascii=False)}"


def effective_timeout(command: tuple[str, ...], stated: int) -> int:
    """Seconds after which a check has failed: the engine's limit, or that of the client that makes the request."""
    words = _words(command) if command else None
    if not words or (_http(words) or _connection(words)) is None:
        return stated
    limits = re.findall(r"(?:^|\s)(?:-m|-T|-\w*w|--max-time|--timeout)[\s=]?(\d+)(?=\s|$)", " ".join(words))
    return min([stated, *(int(limit) for limit in limits if int(limit))])


def _words(command: tuple[str, ...]) -> list[str] | None:
    """The words of the one program that ``command`` runs; None if a shell does more than that."""
    if len(command) == 3 and is_shell(command[0]) and command[1] in ("-c", "-ec"):
        return alone(command[2]) if len(command[2]) <= _LONGEST else None
    return list(command)


def _http(words: list[str]) -> HttpCheck | None:
    program = words[0].rpartition("/")[2]
    if program == "curl":
        return _request(words[1:], _CURL_SILENT) if _fails(words) else None
    return _request(words[1:], _WGET_SILENT) if program == "wget" else None


def _fails(words: list[str]) -> bool:
    """Whether curl reports an error status by its exit code."""
    return any(word in ("--fail", "--fail-with-body") or re.fullmatch(r"-\w*f\w*", word) for word in words)


def _request(words: list[str], harmless: re.Pattern[str]) -> HttpCheck | None:
    headers: list[tuple[str, str]] = []
    url = ""
    rest = iter(words)
    for word in rest:
        if word in ("-H", "--header") or word.startswith("--header="):
            name, _, value = (word.partition("=")[2] if "=" in word else next(rest, "")).partition(":")
            headers.append((name.strip(), value.strip()))
        elif word in _TAKES_VALUE:
            if next(rest, "") not in _NOTHING_ELSE and word in _WRITES:
                return None
        elif word in _NOTHING_ELSE:
            continue
        elif not word.startswith("-"):
            if url:
                return None
            url = word
        elif not harmless.match(word) and word.partition("=")[0] not in _TAKES_VALUE:
            return None
    return _at(url, tuple(headers))


def _at(url: str, headers: tuple[tuple[str, str], ...]) -> HttpCheck | None:
    match = _LOCAL.match(url if "://" in url else f"http://{url}")
    if match is None or re.search(r"/\.\.?(?:[/?]|\Z)", match[4] or ""):
        return None
    scheme = match[1].lower()
    return HttpCheck(scheme, int(match[3] or (443 if scheme == "https" else 80)), match[4] or "/", headers)


def _connection(words: list[str]) -> PortCheck | None:
    """``nc -z localhost 5432``."""
    if words[0].rpartition("/")[2] != "nc" or not any(re.fullmatch(r"-\w*z\w*", word) for word in words):
        return None
    rest = iter(words[1:])
    plain = [word for word in rest if not word.startswith("-") or (word.endswith("w") and not next(rest, ""))]
    if len(plain) == 2 and plain[0] in _OWN and plain[1].isdecimal():
        return PortCheck(int(plain[1]))
    return None
