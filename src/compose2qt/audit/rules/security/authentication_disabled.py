"""SEC034."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_OFF = {
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
    "MYSQL_ALLOW_EMPTY_PASSWORD": ("yes", "true", "1"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": ("yes", "true", "1"),
    "ALLOW_EMPTY_PASSWORD": ("yes", "true", "1"),
    "ALLOW_ANONYMOUS_LOGIN": ("yes", "true", "1"),
    "xpack.security.enabled": ("false",),
    "DISABLE_SECURITY_PLUGIN": ("true",),
    "plugins.security.disabled": ("true",),
    "NEO4J_AUTH": ("none",),
    "GF_AUTH_ANONYMOUS_ENABLED": ("true",),
    "KEYCLOAK_ALLOW_ANONYMOUS": ("true",),
}


@rule(
    "SEC034",
    "authentication-disabled",
    Severity.WARNING,
    fix="give it a password from a Secret; on a developer's machine it was nobody's business, in a cluster everybody connects",
)
def authentication_disabled(container: Container, system: System) -> Iterator[Flag]:
    """A variable lets everybody in without a password."""
    for variable in system.variables(container):
        if variable.value.lower() in _OFF.get(variable.name, ()):
            yield Flag(f"{variable.name} lets everybody in", variable.object, variable.path)
