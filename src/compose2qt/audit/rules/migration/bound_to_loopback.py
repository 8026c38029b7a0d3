"""MIG014."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_FLAG = re.compile(r"(?:--(?:host|bind|listen|address|listen-address|http-address)[= ])?(?:127\.0\.0\.1|localhost)(?::\d+)?\Z")
_OPTIONS = frozenset("-H -b -h --host --bind --listen --address".split())
_VARIABLES = frozenset(
    "HOST BIND BIND_ADDRESS LISTEN LISTEN_ADDRESS LISTEN_ADDR BIND_HOST SERVER_HOST UVICORN_HOST FLASK_RUN_HOST".split()
)


@rule(
    "MIG014",
    "bound-to-loopback",
    Severity.WARNING,
    fix="listen on 0.0.0.0",
)
def bound_to_loopback(container: Container, system: System) -> Iterator[Flag]:
    """A program that declares ports listens on its loopback address only: neither Services nor probes reach it.

    Docker published ports reached it just as little; in host network mode they did.
    """
    if not container.ports:
        return
    for entry in container.env:
        if entry.name in _VARIABLES and (entry.value or "").partition(":")[0] in ("127.0.0.1", "localhost"):
            yield Flag(f"{entry.name} makes it listen to itself only", container.object, (*entry.path, "value"))
    for field in ("command", "args"):
        previous = ""
        for index, argument in enumerate(texts(container.at(field))):
            found = _FLAG.fullmatch(argument)
            if found and (argument.startswith("--") or previous in _OPTIONS) and system.services(container.pod):
                yield container.flag(f"{argument} makes it listen to itself only", field, index)
            previous = argument
