"""CPU, memory and the number of replicas."""

from collections.abc import Iterator
from decimal import Decimal

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import CPU_LIMIT, CPU_REQUEST, MEMORY_LIMIT, MEMORY_REQUEST, REPLICAS, VOLUMES
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Amounts, Bytes, Deploy, MemoryUse, VolumeUse
from compose2qt.workload import Quantity


@converts("mem_limit", Fidelity.FULL, fields=(MEMORY_LIMIT,))
def mem_limit(value: Bytes, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The memory limit. ``512m`` is 512 Mi. Zero is no limit."""
    yield Fill(MEMORY_LIMIT, Quantity.of_bytes(value)) if value else Use("0: no limit")


@converts("mem_reservation", Fidelity.FULL, fields=(MEMORY_REQUEST,))
def mem_reservation(value: Bytes, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The memory request."""
    yield Fill(MEMORY_REQUEST, Quantity.of_bytes(value)) if value else Use("0: no reservation")


@converts("cpus", Fidelity.FULL, fields=(CPU_LIMIT,))
def cpus(value: Decimal, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The CPU limit in cores. Zero is no limit."""
    yield Fill(CPU_LIMIT, Quantity(value)) if value else Use("0: no limit")


@converts("scale", Fidelity.FULL, fields=(REPLICAS,))
def scale(value: int, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``replicas``."""
    yield Fill(REPLICAS, value)


@converts(
    "deploy",
    Fidelity.PARTIAL,
    fields=(CPU_LIMIT, CPU_REQUEST, MEMORY_LIMIT, MEMORY_REQUEST, REPLICAS),
    losses={
        "swarm-label": Lost("labels of the swarm service have no counterpart", "use annotations", Severity.INFO),
        "endpoint-mode": Lost("a Service balances by itself", "", Severity.INFO),
    },
)
def deploy(value: Deploy, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``replicas``, and the container's requests (``reservations``) and limits."""
    node = value.node
    if value.replicas is not None:
        yield Fill(REPLICAS, value.replicas, of=node.get("replicas"))
    if mode := node.get("mode"):
        yield Use("decides the kind: global is a DaemonSet", of=mode)
    if labels := node.get("labels"):
        yield Lose("swarm-label", of=labels)
    if endpoint := node.get("endpoint_mode"):
        yield Lose("endpoint-mode", of=endpoint)
    if value.resources and value.resources.limits:
        yield from _amounts(value.resources.limits, is_limit=True)
    if value.resources and value.resources.reservations:
        yield from _amounts(value.resources.reservations, is_limit=False)


def _amounts(amounts: Amounts, *, is_limit: bool) -> Iterator[Effect]:
    cpu, memory = (CPU_LIMIT, MEMORY_LIMIT) if is_limit else (CPU_REQUEST, MEMORY_REQUEST)
    if amounts.cpus:
        yield Fill(cpu, Quantity(amounts.cpus), of=amounts.node.get("cpus"))
    if amounts.memory:
        yield Fill(memory, Quantity.of_bytes(amounts.memory), of=amounts.node.get("memory"))


@converts("shm_size", Fidelity.FULL, fields=(VOLUMES,))
def shm_size(value: Bytes, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A memory-backed volume of this size at ``/dev/shm``: it counts towards the memory limit, as in Docker."""
    yield Fill(VOLUMES, VolumeUse("/dev/shm", MemoryUse(memory=True, size=value)))  # noqa: S108 - the kernel's path


has_no_counterpart("memswap_limit", "swap is configured by the node", "size the memory limit for what runs", Severity.INFO)
has_no_counterpart("mem_swappiness", "swap is configured by the node", "", Severity.INFO)
has_no_counterpart(
    "oom_score_adj", "the kubelet sets it by the pod's quality of service", "set requests equal to limits", Severity.INFO
)
has_no_counterpart("oom_kill_disable", "a container above its memory limit is killed", "raise the memory limit")
has_no_counterpart(
    "pids_limit", "the limit of processes is a setting of the kubelet", "set podPidsLimit on the nodes", Severity.INFO
)
has_no_counterpart(
    "ulimits",
    "containers get the limits of the node's container runtime",
    "raise the limits in the node's runtime, or by ulimit in the entrypoint",
)
has_no_counterpart("cpu_shares", "relative shares follow from CPU requests", "set a CPU reservation", Severity.INFO)
has_no_counterpart(
    "cpuset", "CPUs are pinned by the kubelet's static policy", "ask for whole cores under the static CPU manager"
)
