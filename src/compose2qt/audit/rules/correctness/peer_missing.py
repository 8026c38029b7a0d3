"""COR035."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, texts
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}\Z")
_NOT_NAMES = frozenset("localhost host none null true false default example user username kubernetes".split())


@rule(
    "COR035",
    "peer-missing",
    Severity.WARNING,
    fix="correct the name, add the Service, or decide about what is held back; another namespace needs the full name",
)
def peer_missing(container: Container, system: System) -> Iterator[Flag]:
    """A URL leads to a short host name, and no Service of the tree has it: the name does not resolve in the namespace."""
    for mention, variable in system.spoken(container):
        is_name = (
            mention.scheme
            and mention.scheme not in _IDENTIFIERS
            and _NAME.match(mention.host)
            and mention.host not in _NOT_NAMES
        )
        known = is_name and (system.service_of(mention.host, container.object) or _is_alias(mention.host, container))
        if is_name and not known:
            lack = "which is held back" if mention.host in system.held_back else "and no Service has that name"
            yield Flag(f"{variable.name} leads to {mention.host}, {lack}", variable.object, variable.path)


_IDENTIFIERS = ("api", "app", "urn", "spiffe")
"""Schemes of names that nobody connects to, such as the audience ``api://shop`` of a token."""


def _is_alias(host: str, container: Container) -> bool:
    aliases = {name for entry in items(container.pod.at("hostAliases")) for name in texts(at(entry, ("hostnames",)))}
    return host in aliases or host in (container.pod.text("hostname"), container.object.name)
