"""MIG001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.workload.sensitive import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_NAMES = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104 - compared, not bound


@rule(
    "MIG001",
    "localhost-url",
    Severity.WARNING,
    fix="name the Service of the program that should answer; in a browser's variables, the public address",
)
def localhost_url(container: Container, system: System) -> Iterator[Flag]:
    """A variable leads to `localhost` on a port that no container of the pod listens on.

    In a pod, localhost is the pod itself: what answered on the developer's machine, or on a published port of the Docker
    host, is not there. A program that calls itself on a port that it declares is not flagged; one that declares none may listen
    anywhere, and is flagged only where another program of the tree has that port.
    """
    for mention, variable in system.spoken(container):
        if "origins" in words(variable.name):  # who may ask is compared, nobody goes there
            continue
        own = container.pod.ports
        elsewhere = mention.port is not None and mention.port not in own and (own or mention.port in system.ports)
        if mention.host in _NAMES and elsewhere and (mention.scheme or mention.host != "0.0.0.0"):  # noqa: S104 - as above
            message = f"{variable.name} leads to {mention.host}:{mention.port}, where nothing in the pod listens"
            yield Flag(message, variable.object, variable.path)
