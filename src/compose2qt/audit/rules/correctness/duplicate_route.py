"""COR046."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


@rule(
    "COR046",
    "duplicate-route",
    Severity.WARNING,
    fix="give each host and path one backend",
)
def duplicate_route(system: System) -> Iterator[Flag]:
    """Two Ingress paths of one host and class are equal: which backend answers is the controller's choice."""
    seen: dict[tuple[str, ...], str] = {}
    for item in system.of("Ingress"):
        for number, entry in enumerate(items(item.at("spec", "rules"))):
            for index, path in enumerate(items(at(entry, ("http", "paths")))):
                where = (item.text("spec", "ingressClassName"), text(entry, "host"), text(path, "path"), text(path, "pathType"))
                if where in seen:
                    place = ("spec", "rules", number, "http", "paths", index)
                    yield flag(item, f"{where[1] or 'every host'}{where[2]} is routed by {seen[where]} already", *place)
                seen.setdefault(where, item.id)
