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
_SHOWN = {"${": "`${...}`", "$(": "`$(...)`", "`": "backticks"}
_LONGEST = 500
"""A longer value is a text of its own: a script, a page of settings."""


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
        value = variable.value
        found = _SHELL.search(value) if ("$" in value or "`" in value) and len(value) < _LONGEST else None
        if found and not secret_reason(variable.name, value):
            # What stands inside is not repeated: it may hold a password.
            syntax = next((shown for begin, shown in _SHOWN.items() if found[0].startswith(begin)), "a shell's variable")
            yield Flag(f"{variable.name} holds {syntax}, which no shell will expand", variable.object, variable.path)
