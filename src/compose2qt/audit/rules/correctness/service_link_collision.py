"""COR043."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import is_false
from compose2qt.audit.system import is_external, is_headless
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System


_LEGACY = ("_PORT", "_SERVICE_HOST", "_SERVICE_PORT")


@rule(
    "COR043",
    "service-link-collision",
    Severity.WARNING,
    fix="set enableServiceLinks to false",
)
def service_link_collision(container: Container, system: System) -> Iterator[Flag]:
    """Kubernetes sets a variable for each Service that means something else to the program.

    For a Service `redis` every pod gets `REDIS_PORT=tcp://10.0.0.1:6379`, where the program expects a number. Flagged where
    the pod reads variables with such a prefix, or is that Service's own, and service links are not switched off. A Service
    without an address of its own, headless or external, gives no variables.
    """
    if is_false(container.pod.at("enableServiceLinks")) or container.starts_first:
        return
    own = {item.name for item in system.services(container.pod) if not is_headless(item) and not is_external(item)}
    prefixes = {entry.name.rpartition("_")[0] for entry in container.env}
    for name in own:
        prefix = name.upper().replace("-", "_")
        if prefix in prefixes and not any(entry.name == f"{prefix}_PORT" for entry in container.env):
            yield container.pod.flag(f"Service {name} sets {prefix}_PORT to a URL", "enableServiceLinks")
