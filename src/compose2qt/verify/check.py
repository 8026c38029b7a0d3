"""Health commands and HTTP probes in one form, so that a command that was lifted compares equal to its probe."""

from __future__ import annotations

import json
import re
import shlex
from typing import NamedTuple

_LOCAL = re.compile(r"(https?)://(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\d+))?(/[^\s'\"]*)?\Z", re.IGNORECASE)
_TAIL = re.compile(r"(?<!\s)\s*+\|\|\s*+exit(?:\s+1)?\s*;?\s*\Z")
_SILENCE = re.compile(r"(?<!\s)\s*+(?:>\s*+/dev/null)?\s*+(?:2>\s*+(?:&1|/dev/null))?\s*+\Z")
_LONGEST = 2000
"""A command with more characters does more than one check."""
_SHELLS = ("/bin/sh", "sh", "/bin/bash", "bash")
_CURL_SILENT = re.compile(r"-[fsSILk]+\Z|--(?:fail|silent|show-error|head|location|insecure|output|no-progress-meter)\Z")
_WGET_SILENT = re.compile(
    r"-(?:q|nv|S|O-|qO-|qO)\Z|--(?:quiet|spider|no-verbose|no-check-certificate|server-response)\Z|-q.*\Z"
)
_TAKES_VALUE = frozenset(
    "-o -m -T -t -O --output --max-time --connect-timeout --retry --timeout --tries --output-document".split()
)
_NOTHING_ELSE = frozenset("/dev/null -".split())


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
    return str(found) if found else f"run {json.dumps(list(command), ensure_ascii=False)}"


def effective_timeout(command: tuple[str, ...], stated: int) -> int:
    """Seconds after which a check has failed: the engine's limit, or that of the client that makes the request."""
    words = _words(command) if command else None
    if not words or _http(words) is None:
        return stated
    limits = re.findall(r"(?:^|\s)(?:-m|-T|--max-time|--timeout)[\s=]?(\d+)(?=\s|$)", " ".join(words))
    return min([stated, *(int(limit) for limit in limits if int(limit))])


def _words(command: tuple[str, ...]) -> list[str] | None:
    """The words of the one program that ``command`` runs; None if a shell does more than that."""
    if command[0] not in _SHELLS or len(command) != 3 or command[1] != "-c":
        return list(command)
    line = command[2].strip()
    if len(line) > _LONGEST:
        return None
    line = _SILENCE.sub("", _TAIL.sub("", line))
    if re.search(r"[;&|<>`$()]", line.replace("'", "").replace('"', "")) and not re.search(r"https?://\S*&", line):
        return None
    try:
        return shlex.split(line) or None
    except ValueError:
        return None


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
            next(rest, "")
        elif not word.startswith("-"):
            if url and word not in _NOTHING_ELSE:
                return None
            url = url or word
        elif not harmless.match(word) and word.partition("=")[0] not in _TAKES_VALUE:
            return None
    return _at(url, tuple(headers))


def _at(url: str, headers: tuple[tuple[str, str], ...]) -> HttpCheck | None:
    match = _LOCAL.match(url if "://" in url else f"http://{url}")
    if match is None:
        return None
    scheme = match[1].lower()
    return HttpCheck(scheme, int(match[3] or (443 if scheme == "https" else 80)), match[4] or "/", headers)


def _connection(words: list[str]) -> PortCheck | None:
    """``nc -z localhost 5432``."""
    if words[0].rpartition("/")[2] != "nc" or not any(re.fullmatch(r"-\w*z\w*", word) for word in words):
        return None
    plain = [word for word in words[1:] if not word.startswith("-")]
    if len(plain) == 2 and plain[0] in ("localhost", "127.0.0.1", "::1") and plain[1].isdecimal():
        return PortCheck(int(plain[1]))
    return None
