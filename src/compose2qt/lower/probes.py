"""Health checks that the kubelet can make by itself: an HTTP or TCP check that fails exactly when the command fails.

A process in the container for each check costs more, and needs curl in the image. The port must be one on which the
container is known to listen for others: a check from outside does not see what listens on loopback alone.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from compose2qt.workload import ExecProbe, HttpProbe, TcpProbe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.workload import Probe, Traced

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))  # noqa: S104 - a name to compare with, nothing listens
# A page that every client asks for as it is written: no globs of curl, nothing that it would encode or leave out.
_URL = re.compile(
    r"(?:http://)?((?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\d{1,5}))?)(/[\w/.~%&+,;=:@-]*(?:\?[\w/.~%&+,;=:@?-]*)?)?",
    re.ASCII,
)
_SHELLS = frozenset(("sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash"))
# What may follow a command in a shell without changing when it fails, and where its output goes.
_TAIL = re.compile(r"\s*(?:(?:(?:[12]?>>?\s*/dev/null)|2>&1)\s*)*(?:\|\|\s*(?:exit\s+1|false)\s*;?)?\s*\Z")
_DOTS = re.compile(r"/\.{1,2}(?:/|\?|\Z)")
"""Segments of a path that curl leaves out before it asks, and the kubelet does not."""
_NOWHERE = frozenset(("/dev/null", "-"))
_LONGEST = 2000
"""A check with more characters is no plain one."""
_SPECIAL = re.compile(r"[|&;<>()$`\\*\[\]{}~#!\n]")


class _Program(NamedTuple):
    """A client: its options without effect on success with the number of their values, and those that have one."""

    harmless: dict[str, int]
    seconds: frozenset[str]
    """Options with a time limit."""
    fails: frozenset[str] = frozenset()
    """Options that make it fail on an HTTP error; empty: it always does."""
    tries: frozenset[str] = frozenset()


_PROGRAMS = {
    "curl": _Program(
        {
            **dict.fromkeys("-s -S --silent --show-error -v --verbose -L --location -4 --ipv4 -N".split(), 0),
            **dict.fromkeys(("-o", "--output"), 1),
        },
        frozenset(("-m", "--max-time")),
        frozenset(("-f", "--fail", "--fail-with-body")),
    ),
    "wget": _Program(
        {
            **dict.fromkeys("-q -nv -S --quiet --no-verbose --spider --server-response -4 --no-check-certificate".split(), 0),
            **dict.fromkeys(("-O", "--output-document"), 1),
        },
        frozenset(("-T", "--timeout")),
        tries=frozenset(("-t", "--tries")),
    ),
}


def lifted(probe: Traced[Probe], ports: Iterable[int]) -> Traced[Probe]:
    """``probe`` as a check of the kubelet where that means the same; else as it is."""
    check = probe.value.check
    found = _check(check.command) if isinstance(check, ExecProbe) else None
    if found is None or found[0].port not in set(ports):
        return probe
    lighter, limit = found
    timeout = min(probe.value.timeout, limit) if limit else probe.value.timeout
    return probe.map(lambda one: replace(one, check=lighter, timeout=timeout))


def _check(command: tuple[str, ...]) -> tuple[HttpProbe | TcpProbe, int] | None:
    """The check that ``command`` makes, and its own time limit in seconds (0: none)."""
    words = _words(command)
    if not words:
        return None
    program = words[0].rpartition("/")[2]
    if program in _PROGRAMS:
        return _http(words[1:], _PROGRAMS[program])
    return _connection(words[1:]) if program in ("nc", "ncat", "netcat") else None


def _words(command: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the one program that runs; none if a shell does more than that."""
    if len(command) == 3 and command[0] in _SHELLS and command[1] in ("-c", "-ec"):
        text = command[2].strip()
        if len(text) > _LONGEST:
            return ()
        end = re.search(r"\s(?:[12&]?>|\|\|)", text)
        line, tail = (text[: end.start()], text[end.start() :]) if end else (text, "")
        if not _TAIL.match(tail):
            return ()
        try:
            words = tuple(shlex.split(line))
        except ValueError:
            return ()
        # Only single quotes protect what is special to a shell: other text with such characters stays a command.
        return words if not _SPECIAL.search(re.sub(r"'[^']*'", "", line)) else ()
    # Without a shell "||" and the like are arguments: then the command is not what it seems.
    return command if not any(word in ("||", "&&", ";", "|") for word in command) else ()


def _http(words: tuple[str, ...], program: _Program) -> tuple[HttpProbe, int] | None:
    urls: list[str] = []
    headers: list[tuple[str, str]] = []
    fails, limit = not program.fails, 0
    rest = iter(_split(words))
    for word in rest:
        if word in program.fails:
            fails = True
        elif word in program.harmless:
            if program.harmless[word] and next(rest, "") not in _NOWHERE:
                return None
        elif word in program.tries:
            next(rest, None)
        elif word in program.seconds:
            seconds = next(rest, "")
            if not seconds.isdecimal() or int(seconds) < 1:
                return None
            limit = int(seconds)
        elif word in ("-H", "--header"):
            name, _, value = next(rest, "").partition(":")
            headers.append((name.strip(), value.strip()))
        elif word.startswith("-"):
            return None
        else:
            urls.append(word)
    probe = _page(urls[0], tuple(headers)) if fails and len(urls) == 1 else None
    return (probe, limit) if probe else None


def _split(words: Iterable[str]) -> Iterator[str]:
    """Options apart from their values, and short options apart from each other: ``-fsS``, ``--timeout=5``, ``-qO-``."""
    for word in words:
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            yield name
            if equals:
                yield value
        elif re.fullmatch(r"-[A-Za-z]{2,}-?", word) and word != "-nv":
            for letter in word[1:].rstrip("-"):
                yield f"-{letter}"
            if word.endswith("-"):
                yield "-"
        elif found := re.fullmatch(r"(-[A-Za-z])(\d+)", word):
            yield from found.groups()
        else:
            yield word


def _page(url: str, headers: tuple[tuple[str, str], ...]) -> HttpProbe | None:
    """A check of ``url``: on plain HTTP at this container, with the Host header that the command sends."""
    parts = _URL.fullmatch(url)
    if parts is None or _DOTS.search(parts[3] or "") or not headers_are_plain(headers):
        return None
    named = () if any(name.lower() == "host" for name, _ in headers) else (("Host", parts[1].removesuffix(":80")),)
    return HttpProbe(parts[3] or "/", int(parts[2] or 80), (*named, *headers))


def headers_are_plain(headers: tuple[tuple[str, str], ...]) -> bool:
    """Whether all of ``headers`` have a legal name and a value."""
    return all(re.fullmatch(r"[-A-Za-z0-9]+", name) and value for name, value in headers)


def _connection(words: tuple[str, ...]) -> tuple[TcpProbe, int] | None:
    """``nc -z localhost 5432``."""
    places: list[str] = []
    limit, scans = 0, False
    rest = iter(_split(words))
    for word in rest:
        if word == "-z":
            scans = True
        elif word == "-w":
            seconds = next(rest, "")
            limit = int(seconds) if seconds.isdecimal() else 0
        elif word.startswith("-") and word not in ("-v", "-n", "-4"):
            return None
        elif not word.startswith("-"):
            places.append(word)
    if not scans or len(places) != 2 or places[0] not in _LOOPBACK or not places[1].isdecimal():
        return None
    return TcpProbe(int(places[1])), limit
