"""COR054."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import amount, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node


@rule(
    "COR054",
    "limit-range-refuses",
    Severity.ERROR,
    fix="state a request and a limit that the LimitRange allows, or change its bounds and defaults",
)
def limit_range_refuses(system: System) -> Iterator[Flag]:
    """A container asks for less or more than a LimitRange of its namespace allows: the API server refuses its pods.

    What the container leaves open is taken from the defaults first, so a default limit below a stated request refuses, too.
    """
    bounds: dict[str, list[tuple[Object, Node]]] = {}
    for item in system.of("LimitRange"):
        rows = [(item, one) for one in items(item.at("spec", "limits")) if text(one, "type") == "Container"]
        bounds.setdefault(item.namespace, []).extend(rows)
    for container in system.containers if bounds else ():
        own = container.object.namespace
        for name in dict.fromkeys((own, "")) if own else bounds:
            for item, limit in bounds.get(name, ()):
                yield from _breaches(container, item, limit, system)
        for resource in ("cpu", "memory"):
            request, most = (_asked(container, side, resource, system) for side in ("requests", "limits"))
            is_given = container.at("resources", "limits", resource) is None
            if is_given and _is_less(most, request):
                told = f"it requests {text(request)} of {resource}, above the limit of {text(most)} that a LimitRange gives it"
                yield container.flag(told, "resources", "requests", resource)


def _asked(container: Container, side: str, resource: str, system: System) -> Node | None:
    """What counts: a limit of its own is its request before defaults are looked up."""
    own = container.at("resources", side, resource)
    if own is None and side == "requests":
        own = container.at("resources", "limits", resource)
    return system.given(container, side, resource) if own is None else own


def _is_less(one: Node | None, other: Node | None) -> bool:
    left, right = amount(one), amount(other)
    return left is not None and right is not None and left < right


def _breaches(container: Container, item: Object, limit: Node, system: System) -> Iterator[Flag]:
    for key, side, word in (("min", "requests", "less"), ("max", "limits", "more")):
        for resource, bound in entries(limit, key).items():
            asked = _asked(container, side, resource, system)
            if _is_less(asked, bound) if key == "min" else _is_less(bound, asked):
                told = f"{item.id} refuses {text(asked)} of {resource} as {side[:-1]}: {word} than {text(bound)}"
                yield container.flag(told, "resources", side, resource)
