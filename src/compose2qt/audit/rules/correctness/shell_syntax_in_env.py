"""COR011."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System


_SHELL = re.compile(r"\$\{[A-Za-z_][^}]*\}|\$\([^)]*[ |][^)]*\)|(?<!\$)\$[A-Z_][A-Z0-9_]+\b|`[^`]+`")


@rule(
    "COR011",
    "shell-syntax-in-env",
    Severity.WARNING,
    fix="write the final value, or `$(NAME)` to take an earlier variable of the same container",
)
def shell_syntax_in_env(container: Container, system: System) -> Iterator[Flag]:
    """A variable's value is written in shell syntax, and no shell reads it.

    Kubernetes replaces only `$(NAME)`, and only in the container's own `env`: `${HOME}`, `$HOME` and backticks reach the
    program as they stand. Secret-looking values, in which a dollar sign is an ordinary character, are not flagged, nor are
    names in small letters, which programs such as nginx replace themselves (`$host`).
    """
    for variable in system.variables(container):
        found = _SHELL.search(variable.value) if "$" in variable.value or "`" in variable.value else None
        if found and not secret_reason(variable.name, variable.value) and len(variable.value) < 500:
            yield Flag(f"{variable.name} holds {found[0]}, which no shell will expand", variable.object, variable.path)
