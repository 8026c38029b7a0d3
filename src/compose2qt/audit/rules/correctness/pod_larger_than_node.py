"""COR038."""

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


class LargestNode(Struct, frozen=True):
    """The largest node to be expected."""

    cpu: Quantity = Quantity.parse("64")
    memory: Quantity = Quantity.parse("256Gi")


@rule(
    "COR038",
    "pod-larger-than-node",
    Severity.ERROR,
    fix="ask for less, or split the pod; check the unit: 512m of memory is half a byte, 500 of CPU are 500 cores",
    options=LargestNode(),
)
def pod_larger_than_node(pod: Pod, options: LargestNode) -> Iterator[Flag]:
    """A pod requests more than the largest usual node has, so it stays Pending for ever."""
    for resource, most in (("cpu", options.cpu), ("memory", options.memory)):
        asked = [amount(one.at("resources", "requests", resource)) or ZERO for one in pod.running]
        if sum(asked, ZERO) > most:
            yield pod.flag(f"its containers request more {resource} than a node has", "containers")
