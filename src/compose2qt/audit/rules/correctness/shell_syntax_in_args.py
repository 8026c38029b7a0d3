"""COR019."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_OPERATOR = re.compile(r"(?:&&|\|\||[|;<>]|>>|2>&1)\Z")
_VARIABLE = re.compile(r"\$\{[A-Za-z_]\w*\}|\$[A-Z_][A-Z0-9_]*")
_READERS = frozenset("sh bash ash dash zsh ksh fish busybox python python3 node perl ruby php awk sed jq envsubst".split())


@rule(
    "COR019",
    "shell-syntax-in-args",
    Severity.ERROR,
    fix='run it through a shell: command: ["sh", "-c", "..."]; or write the final value, or `$(NAME)`',
)
def shell_syntax_in_args(container: Container) -> Iterator[Flag]:
    """A container's command holds shell syntax, and its program is not a shell.

    Kubernetes starts the program directly: `&&`, pipes and `$NAME` become ordinary arguments. Commands that name an
    interpreter are not flagged, nor is a command without `command`, since the image's entrypoint may be a shell.
    """
    if not texts(container.at("command")) or any(part.rpartition("/")[2] in _READERS for part in container.argv[:4]):
        return
    for field in ("command", "args"):
        for index, argument in enumerate(texts(container.at(field))):
            # A variable is not named, and one without braces is in capitals: a password may begin with a dollar sign.
            found = argument if _OPERATOR.match(argument) else "a shell's variable" if _VARIABLE.fullmatch(argument) else ""
            if found:
                yield container.flag(f"{found} reaches the program as it stands: no shell reads it", field, index)
