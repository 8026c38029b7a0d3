"""MIG014."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, texts
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Put

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
    patch=(
        Put(
            ("targets", "{target}", "env", "{variable}"),
            {"value": "{value}", "reason": "Services and probes do not reach the loopback address."},
        ),
    ),
)
def bound_to_loopback(container: Container, system: System) -> Iterator[Flag]:
    """A program that declares ports listens on its loopback address only: neither Services nor probes reach it.

    Docker published ports reached it just as little; in host network mode they did.
    """
    if not container.ports:
        return
    for variable in system.variables(container):
        address, colon, port = variable.value.partition(":")
        if variable.name in _VARIABLES and address in ("127.0.0.1", "localhost"):
            facts: dict[str, str | int] = {
                "target": container.object.name,
                "variable": variable.name,
                "value": f"0.0.0.0{colon}{port}",  # noqa: S104 - in a pod, all interfaces are one
            }
            message = f"{variable.name} makes {container.name} listen to itself only"
            yield Flag(message, variable.object, variable.path, facts=facts if container.is_alone else None)
    for field in ("command", "args"):
        previous = ""
        for index, argument in enumerate(texts(container.at(field))):
            found = _FLAG.fullmatch(argument)
            if found and (argument.startswith("--") or previous in _OPTIONS) and system.services(container.pod):
                yield container.flag(f"{argument} makes it listen to itself only", field, index)
            previous = argument
