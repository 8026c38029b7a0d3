"""What pods ask for, for the guide's tables: the scheduler's sums over the model (KEP-753, without sidecars)."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.workload import ZERO, Kind, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.workload import Container, Pod, Traced, Workload

Bound = Quantity | None
"""An amount; None where a container sets no limit."""


class Needs(Struct, frozen=True):
    """Requests and limits of CPU (cores) and memory (bytes)."""

    cpu: Quantity = ZERO
    memory: Quantity = ZERO
    cpu_limit: Bound = ZERO
    memory_limit: Bound = ZERO

    def __add__(self, other: Needs) -> Needs:
        return Needs(
            self.cpu + other.cpu,
            self.memory + other.memory,
            _sum(self.cpu_limit, other.cpu_limit),
            _sum(self.memory_limit, other.memory_limit),
        )

    def __mul__(self, copies: int) -> Needs:
        return Needs(
            self.cpu * copies,
            self.memory * copies,
            self.cpu_limit * copies if self.cpu_limit is not None else None,
            self.memory_limit * copies if self.memory_limit is not None else None,
        )

    def at_least(self, other: Needs) -> Needs:
        """The larger of each amount: what runs first and what runs then share a pod's place."""
        return Needs(
            max(self.cpu, other.cpu),
            max(self.memory, other.memory),
            _larger(self.cpu_limit, other.cpu_limit),
            _larger(self.memory_limit, other.memory_limit),
        )


def pod_needs(pod: Pod) -> Needs:
    """What one pod asks for: its containers together, or its largest init container if that is more."""
    together = total(_needs(container) for container in pod.containers)
    return reduce(Needs.at_least, (_needs(container) for container in pod.init_containers), together)


def copies(workload: Workload) -> int:
    """How many pods run at once: of a DaemonSet on one node, of a Job while it runs, of an autoscaler at its least."""
    if workload.autoscale is not None:
        return workload.autoscale.value.minimum
    if workload.kind is Kind.DAEMON_SET or workload.replicas is None:
        return 1
    return workload.replicas.value


def total(needs: Iterable[Needs]) -> Needs:
    """The sum of ``needs``."""
    return reduce(Needs.__add__, needs, Needs())


def _needs(container: Container) -> Needs:
    """A container's own; a limit without a request is its request."""
    set_ = container.resources
    return Needs(
        _value(set_.cpu_request or set_.cpu_limit) or ZERO,
        _value(set_.memory_request or set_.memory_limit) or ZERO,
        _value(set_.cpu_limit),
        _value(set_.memory_limit),
    )


def _value(amount: Traced[Quantity] | None) -> Bound:
    return amount.value if amount is not None else None


def _both(combine: Callable[[Quantity, Quantity], Quantity], one: Bound, other: Bound) -> Bound:
    return combine(one, other) if one is not None and other is not None else None


def _sum(one: Bound, other: Bound) -> Bound:
    return _both(Quantity.__add__, one, other)


def _larger(one: Bound, other: Bound) -> Bound:
    return _both(max, one, other)
