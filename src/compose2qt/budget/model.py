"""The resource budget as values."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.source import Span


class Amounts(Struct, frozen=True):
    """An amount of CPU (cores) and of memory (bytes)."""

    cpu: Quantity = ZERO
    memory: Quantity = ZERO

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.cpu + other.cpu, self.memory + other.memory)

    def __mul__(self, count: int) -> Amounts:
        return Amounts(self.cpu * count, self.memory * count)

    def at_least(self, other: Amounts) -> Amounts:
        """The larger of the two, for CPU and for memory."""
        return Amounts(max(self.cpu, other.cpu), max(self.memory, other.memory))

    @classmethod
    def total(cls, parts: Iterable[Amounts]) -> Amounts:
        """The sum of ``parts``."""
        return reduce(cls.__add__, parts, cls())


class WorkloadBudget(Struct, frozen=True):
    """What one workload asks for: ``pod_requests`` and ``pod_limits`` are of one pod, times ``pods``.

    ``note`` says what was assumed about the number of pods. A limit of zero is none: the pod may take all that its node has.
    """

    object: str
    span: Span
    pods: int
    pod_requests: Amounts
    pod_limits: Amounts
    note: str = ""
    surge: int = 0
    """Pods that a rollout adds while it lasts."""
    most: int = 0
    """Pods that an autoscaler may come to; 0 without one."""
    each_node: bool = False
    """Whether it runs once on every node."""
    namespace: str = ""
    """Where it runs; empty if that is said when it is applied."""
    surge_at_most: int = 0
    """Pods that a rollout adds at the autoscaler's maximum."""
    pod_assumed: Amounts = Amounts()
    """The part of ``pod_requests`` that nobody stated."""

    @property
    def maximum(self) -> int:
        """The most pods at one time: the autoscaler's maximum, or its number, and a rollout on top."""
        return max(self.pods + self.surge, self.most + self.surge_at_most)

    @property
    def requests(self) -> Amounts:
        """What the scheduler reserves for all its pods."""
        return self.pod_requests * self.pods

    @property
    def assumed(self) -> Amounts:
        """The part of ``requests`` that nobody stated."""
        return self.pod_assumed * self.pods

    @property
    def limits(self) -> Amounts:
        """What all its pods may use together, as far as it is limited."""
        return self.pod_limits * self.pods


class VolumeBudget(Struct, frozen=True):
    """What one claim, or a template of ``count`` claims, asks of the storage."""

    object: str
    span: Span
    name: str
    size: Quantity
    count: int = 1
    access_modes: tuple[str, ...] = ()
    storage_class: str | None = None
    namespace: str = ""
    assumed: bool = False
    """Whether nobody stated its size."""

    @property
    def storage(self) -> Quantity:
        """Bytes of all its claims."""
        return self.size * self.count


class Gap(Struct, frozen=True):
    """A number that nobody stated: ``resource`` is ``requests.cpu`` and the like, ``reason`` why it is missing."""

    object: str
    container: str
    resource: str
    reason: str
    span: Span
    namespace: str = ""
    assumed: str = ""
    """The amount that is written in its place, as it is written; empty if there is none."""


class ClaimCheck(Struct, frozen=True):
    """A stated number beside the computed one, with the arithmetic that gives it."""

    name: str
    claimed: str
    computed: str
    ok: bool
    arithmetic: str = ""
    span: Span | None = None
    """Where the number is stated."""


class ObjectCount(Struct, frozen=True):
    """The number of objects of a kind in a namespace."""

    namespace: str
    kind: str
    group: str
    """Its API group; empty for the core."""
    number: int


class QuotaCheck(Struct, frozen=True):
    """What a ResourceQuota of the tree allows of one resource beside what its namespace asks for."""

    object: str
    resource: str
    hard: str
    used: str
    ok: bool
    arithmetic: str
    span: Span
    namespace: str = ""


class Budget(Struct, frozen=True):
    """What a tree of manifests asks of a cluster in its steady state."""

    workloads: tuple[WorkloadBudget, ...] = ()
    volumes: tuple[VolumeBudget, ...] = ()
    gaps: tuple[Gap, ...] = ()
    claims: tuple[ClaimCheck, ...] = ()
    counts: tuple[ObjectCount, ...] = ()
    ceilings: tuple[ClaimCheck, ...] = ()
    """What the mapping allows: ``claimed`` is the most, ``computed`` what it comes to."""
    quotas: tuple[QuotaCheck, ...] = ()
    bounded: frozenset[str] = frozenset()
    """Which of ResourceQuota and LimitRange the tree holds."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that hold anything, in the order of the tree."""
        names = [*(one.namespace for one in self.workloads), *(one.namespace for one in self.volumes)]
        return tuple(dict.fromkeys(names))

    def within(self, namespace: str) -> Budget:
        """The part of one namespace, with whatever names none; all of it for an empty name."""
        return self._part((namespace, "")) if namespace else self

    def of(self, namespace: str) -> Budget:
        """What is written for exactly this namespace; for an empty name, what names none."""
        return self._part((namespace,))

    def _part(self, own: tuple[str, ...]) -> Budget:
        return Budget(
            tuple(one for one in self.workloads if one.namespace in own),
            tuple(one for one in self.volumes if one.namespace in own),
            tuple(one for one in self.gaps if one.namespace in own),
            counts=tuple(one for one in self.counts if one.namespace in own),
        )

    @property
    def pods(self) -> int:
        """The number of pods."""
        return sum(workload.pods for workload in self.workloads)

    @property
    def requests(self) -> Amounts:
        """What the scheduler reserves in total."""
        return Amounts.total(workload.requests for workload in self.workloads)

    @property
    def assumed(self) -> Amounts:
        """The part of ``requests`` that nobody stated."""
        return Amounts.total(workload.assumed for workload in self.workloads)

    @property
    def assumed_storage(self) -> Quantity:
        """The part of ``storage`` that nobody stated."""
        return sum((volume.storage for volume in self.volumes if volume.assumed), ZERO)

    def without(self, resource: Literal["cpu", "memory"]) -> int:
        """The pods that request no ``resource``: they are counted as if they needed none."""
        return sum(one.pods for one in self.workloads if getattr(one.pod_requests, resource) == ZERO)

    @property
    def limits(self) -> Amounts:
        """What all pods may use together, as far as they are limited."""
        return Amounts.total(workload.limits for workload in self.workloads)

    def unlimited(self, resource: Literal["cpu", "memory"]) -> int:
        """The pods without a limit of ``resource``: they may take all that their node has."""
        return sum(one.pods for one in self.workloads if getattr(one.pod_limits, resource) == ZERO)

    @property
    def storage(self) -> Quantity:
        """Bytes of all claims."""
        return sum((volume.storage for volume in self.volumes), ZERO)

    @property
    def storage_by_kind(self) -> dict[tuple[str | None, tuple[str, ...]], Quantity]:
        """Bytes by (storage class, access modes); None is the cluster's default class."""
        found: dict[tuple[str | None, tuple[str, ...]], Quantity] = {}
        for volume in self.volumes:
            key = (volume.storage_class, volume.access_modes)
            found[key] = found.get(key, ZERO) + volume.storage
        return found

    def at_state(self, state: str) -> Budget:
        """As many pods as there are in ``state``: ``steady``, ``rollout`` or ``maximum``."""
        more = {"rollout": lambda one: one.pods + one.surge, "maximum": lambda one: one.maximum}.get(state)
        return replace(self, workloads=tuple(replace(one, pods=more(one)) for one in self.workloads)) if more else self

    @property
    def peak_pods(self) -> int:
        """Pods while every workload rolls out at once, as after ``kubectl apply``."""
        return sum(workload.pods + workload.surge for workload in self.workloads)

    @property
    def peak_requests(self) -> Amounts:
        """What the scheduler reserves while every workload rolls out at once."""
        return Amounts.total(one.pod_requests * (one.pods + one.surge) for one in self.workloads)

    @property
    def maximum_pods(self) -> int:
        """Pods with every autoscaler at its maximum and every workload rolling out."""
        return sum(workload.maximum for workload in self.workloads)

    @property
    def maximum_requests(self) -> Amounts:
        """What the scheduler reserves with every autoscaler at its maximum and every workload rolling out."""
        return Amounts.total(one.pod_requests * one.maximum for one in self.workloads)

    @property
    def maximum_limits(self) -> Amounts:
        """The limits of the same state, as far as they are set."""
        return Amounts.total(one.pod_limits * one.maximum for one in self.workloads)

    @property
    def exceeded(self) -> tuple[ClaimCheck, ...]:
        """What the system asks for beyond what the mapping allows."""
        return tuple(ceiling for ceiling in self.ceilings if not ceiling.ok)

    @property
    def wrong_claims(self) -> tuple[ClaimCheck, ...]:
        """The stated numbers that are not the computed ones."""
        return tuple(claim for claim in self.claims if not claim.ok)
