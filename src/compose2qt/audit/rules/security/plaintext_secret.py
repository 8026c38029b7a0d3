"""SEC001."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "SEC001",
    "plaintext-secret",
    Severity.ERROR,
    fix="move it to a Secret that is not in git and refer to it with secretKeyRef; change the value, since it was readable",
)
def plaintext_secret(container: Container) -> Iterator[Flag]:
    """A container's environment holds a secret as plain text: everybody who reads the manifests has it.

    Recognised by the name of the variable and by the shape of the value; the value itself is never shown.
    """
    for entry in container.env:
        reason = secret_reason(entry.name, entry.value or "")
        if reason and not _is_reference(entry.value or ""):
            yield Flag(f"{entry.name} is a secret in plain text: {reason}", container.object, (*entry.path, "value"))


def _is_reference(value: str) -> bool:
    return value.startswith(("$(", "${")) and value.endswith((")", "}"))
