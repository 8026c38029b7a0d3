"""SEC019."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "SEC019",
    "apparmor-unconfined",
    Severity.WARNING,
    fix="leave the profile out, or set RuntimeDefault",
)
def apparmor_unconfined(container: Container) -> Iterator[Flag]:
    """AppArmor is switched off for a container. Pod Security: baseline."""
    if text(container.setting("appArmorProfile"), "type") == "Unconfined":
        yield container.flag(f"AppArmor is off for container {container.name}", "securityContext", "appArmorProfile")
