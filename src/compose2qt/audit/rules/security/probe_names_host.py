"""SEC021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC021",
    "probe-names-host",
    Severity.WARNING,
    fix="leave host out; send a Host header if the program needs one",
)
def probe_names_host(container: Container) -> Iterator[Flag]:
    """A probe or hook connects to a host of its choice from the node's own network. Pod Security: baseline since 1.34."""
    places = [(probe, handler) for probe in ("readinessProbe", "livenessProbe", "startupProbe") for handler in _HANDLERS]
    paths = [*places, *(("lifecycle", hook, handler) for hook in ("postStart", "preStop") for handler in _HANDLERS)]
    for path in paths:
        if container.text(*path, "host"):
            yield container.flag(f"the kubelet connects to {container.text(*path, 'host')}", *path, "host")


_HANDLERS = ("httpGet", "tcpSocket")
