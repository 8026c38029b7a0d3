"""COS005."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import amount
from compose2qt.diagnostic import Severity
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag, Pod


class Large(Struct, frozen=True):
    """What is large for one pod."""

    cpu: Quantity = Quantity.parse("8")
    memory: Quantity = Quantity.parse("32Gi")


@rule(
    "COS005",
    "large-request",
    Severity.INFO,
    fix="measure what the program uses; a request is paid for whether it is used or not",
    options=Large(),
)
def large_request(pod: Pod, options: Large) -> Iterator[Flag]:
    """A pod reserves more than most nodes have to spare, so that it needs large nodes to itself."""
    for resource, most in (("cpu", options.cpu), ("memory", options.memory)):
        asked = sum((amount(one.at("resources", "requests", resource)) or ZERO for one in pod.running), ZERO)
        if asked > most:
            yield pod.flag(
                f"it reserves more than {most.cpu if resource == 'cpu' else most.binary} of {resource}", "containers"
            )
