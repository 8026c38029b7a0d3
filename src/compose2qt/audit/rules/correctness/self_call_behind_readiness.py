"""COR036."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.mention import addresses
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_true, texts
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


@rule(
    "COR036",
    "self-call-behind-readiness",
    Severity.ERROR,
    fix="let the probe ask localhost",
)
def self_call_behind_readiness(container: Container, system: System) -> Iterator[Flag]:
    """A probe or an init container asks the pod's own Service, which answers only when the pod is ready already.

    So the first pod never becomes ready. A Service with `publishNotReadyAddresses` is not flagged.
    """
    own = [item.name for item in system.services(container.pod) if not is_true(item.at("spec", "publishNotReadyAddresses"))]
    fields = ("readinessProbe", "startupProbe")
    commands: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((field, "exec", "command"), texts(container.at(field, "exec", "command"))) for field in fields
    ]
    if container.starts_first:
        commands.append((("command",), container.argv))
    for path, command in commands:
        said = " ".join(command)
        name = next((one for one in own if addresses(said, one)), "")
        if name and "localhost" not in said:
            yield container.flag(f"it asks Service {name}, which waits for this pod", *path)
