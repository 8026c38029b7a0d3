"""CPU, memory, devices and the number of replicas."""

from collections.abc import Iterator
from decimal import Decimal

from compose2qt.diagnostic import Severity
from compose2qt.lower.bind import BindError
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import CPU_LIMIT, CPU_REQUEST, DEVICES, MEMORY_LIMIT, MEMORY_REQUEST, REPLICAS, VOLUMES
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Amounts, Bytes, DeployResources, DeviceRequest, MemoryUse, VolumeUse
from compose2qt.mapping.kinds import text_at
from compose2qt.source import Scalar
from compose2qt.workload import Kind, Quantity

_MOST_PODS = 2**31 - 1
_PERIOD = 100_000
"""Docker's scheduling period in microseconds."""


@converts("mem_limit", Fidelity.FULL, fields=(MEMORY_LIMIT,))
def mem_limit(value: Bytes, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The memory limit. ``512m`` is 512 Mi. Zero is no limit."""
    yield Fill(MEMORY_LIMIT, Quantity.of_bytes(value)) if value > 0 else Use("0: no limit")


@converts("mem_reservation", Fidelity.FULL, fields=(MEMORY_REQUEST,))
def mem_reservation(value: Bytes, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The memory request."""
    yield Fill(MEMORY_REQUEST, Quantity.of_bytes(value)) if value > 0 else Use("0: no reservation")


@converts("cpus", Fidelity.FULL, fields=(CPU_LIMIT,))
def cpus(value: Decimal, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The CPU limit in cores. Zero is no limit."""
    yield Fill(CPU_LIMIT, Quantity(value)) if value > 0 else Use("0: no limit")


@converts("cpu_quota", Fidelity.FULL, fields=(CPU_LIMIT,))
def cpu_quota(value: int, plan: ServicePlan) -> Iterator[Effect]:
    """The CPU limit: the quota over ``cpu_period`` (100 ms unless it is set). Zero or less is no limit."""
    if value <= 0:
        yield Use("no limit")
        return
    node = plan.service.node.get("cpu_period")
    period = int(str(node.value)) if isinstance(node, Scalar) and str(node.value).isdecimal() else _PERIOD
    yield Fill(CPU_LIMIT, Quantity(Decimal(value) / (period or _PERIOD)))


@converts(
    "cpu_period",
    Fidelity.PARTIAL,
    losses={"pace": Lost("the kubelet sets the scheduling period", "the limit in cores is the same", Severity.INFO)},
)
def cpu_period(value: int, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """With ``cpu_quota`` it makes the CPU limit; the period itself is the kubelet's."""
    yield Lose("pace")


_REPLICAS_LOSSES = {
    "together": Lost(
        "it runs in the pod of another service, as often as that",
        "say it of the service whose pod it is, or give it its own network",
    )
}


@converts("scale", Fidelity.PARTIAL, fields=(REPLICAS,), losses=_REPLICAS_LOSSES)
def scale(value: int, plan: ServicePlan) -> Iterator[Effect]:
    """``replicas``."""
    yield from _replicas(value, plan)


def _replicas(value: int, plan: ServicePlan) -> Iterator[Effect]:
    kind = plan.target.kind
    if value > _MOST_PODS:
        raise BindError(plan.service.node.get("scale") or plan.service.node, "a number of pods: it has more than 32 bits")
    if kind is not None and kind.value is Kind.DAEMON_SET:
        yield Use("a DaemonSet runs one pod on each node")
    elif plan.target.beside and value != _runs_of_the_pod(plan):
        yield Lose("together")
    elif plan.target.init_of or plan.target.beside:
        yield Use("it runs in the pod of another service, as often as that")
    else:
        yield Fill(REPLICAS, value)


def _runs_of_the_pod(plan: ServicePlan) -> int:
    """How many containers Compose, or the mapping, runs of the service whose pod it is."""
    by_name, target = {one.name: one for one in plan.plan.targets}, plan.target
    while target.beside in by_name:
        target = by_name[target.beside]
    host = plan.project.services.get(target.sources[0]) if target.sources else None
    stated = (text_at(host.node, "scale") or text_at(host.node, "deploy", "replicas")) if host else ""
    return target.replicas.value if target.replicas else int(stated) if stated.isdecimal() else 1


@converts("deploy.replicas", Fidelity.PARTIAL, fields=(REPLICAS,), losses=_REPLICAS_LOSSES)
def replicas(value: int, plan: ServicePlan) -> Iterator[Effect]:
    """``replicas``; of a Job its completions, all at once."""
    yield from _replicas(value, plan)


_DEVICE_LOSSES = {
    "all-devices": Lost("a pod asks for a number of devices; one is asked for", "set the number in the Compose file"),
    "device-ids": Lost("the cluster chooses which devices a pod gets", "", Severity.INFO),
    "driver": Lost(
        "only GPUs of known drivers have a resource name",
        "ask for the resource of your device plugin by an overlay",
        Severity.ERROR,
    ),
    "options": Lost("options of a device request have no counterpart", "label nodes, and select them by an overlay"),
    "generic": Lost("generic resources are those of Swarm nodes", "ask for an extended resource by an overlay"),
    "pids": Lost("the limit of processes is a setting of the kubelet", "set podPidsLimit on the nodes", Severity.INFO),
}
_VENDORS = {"": "nvidia.com/gpu", "nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "intel": "gpu.intel.com/i915"}


@converts(
    "deploy.resources",
    Fidelity.PARTIAL,
    fields=(CPU_LIMIT, CPU_REQUEST, MEMORY_LIMIT, MEMORY_REQUEST, DEVICES),
    losses={
        **_DEVICE_LOSSES,
        "above-limit": Lost(
            "a reservation above the limit is refused (Docker warns, and holds to the limit): the limit is requested",
            "lower the reservation, or raise the limit",
        ),
    },
)
def deploy_resources(value: DeployResources, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The container's limits, and its requests (``reservations``). GPUs are asked for by the resource of their vendor."""
    if value.limits:
        yield from _amounts(value.limits, is_limit=True)
    if value.reservations:
        yield from _amounts(value.reservations, is_limit=False)


def _amounts(amounts: Amounts, *, is_limit: bool) -> Iterator[Effect]:
    cpu, memory = (CPU_LIMIT, MEMORY_LIMIT) if is_limit else (CPU_REQUEST, MEMORY_REQUEST)
    for key, node in amounts.node.entries.items():
        if key == "cpus":
            yield Fill(cpu, Quantity(amounts.cpus), of=node) if amounts.cpus else Use("0: nothing is set", of=node)
        elif key == "memory":
            size = amounts.memory
            yield Fill(memory, Quantity.of_bytes(size), of=node) if size else Use("0: nothing is set", of=node)
        elif key == "pids":
            yield Lose("pids", of=node)
        elif key == "generic_resources":
            yield Lose("generic", of=node)
    for request in amounts.devices:
        yield from _devices(request)


@converts("gpus", Fidelity.PARTIAL, fields=(DEVICES,), losses=_DEVICE_LOSSES)
def gpus(value: tuple[DeviceRequest, ...], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """GPUs by the resource of their vendor (``nvidia.com/gpu``)."""
    for request in value:
        yield from _devices(request, is_gpu=True)


def _devices(request: DeviceRequest, *, is_gpu: bool = False) -> Iterator[Effect]:
    """The effects of one request. The whole request is the origin of the number; single parts lose what they add."""
    node = request.node
    resource = _VENDORS.get(request.driver) if is_gpu or "gpu" in request.capabilities else None
    if resource is None:
        yield Lose("driver", of=node, detail=request.driver or ", ".join(request.capabilities))
        return
    is_all = request.count is None or request.count < 0
    number = len(request.device_ids) or (1 if is_all else request.count or 0)
    yield Fill(DEVICES, (resource, number), of=node) if number else Use("0: no device", of=node)
    if is_all and not request.device_ids:
        yield Lose("all-devices", of=node.get("count") or node)
    for key, code in (("device_ids", "device-ids"), ("options", "options")):
        if part := node.get(key):
            yield Lose(code, of=part)


@converts("shm_size", Fidelity.FULL, fields=(VOLUMES,))
def shm_size(value: Bytes, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A memory-backed volume of this size at ``/dev/shm``: it counts towards the memory limit, as in Docker."""
    yield Fill(VOLUMES, VolumeUse("/dev/shm", MemoryUse(memory=True, size=value)))  # noqa: S108 - the kernel's path


_CPU_SHARE = "relative shares follow from CPU requests"
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
has_no_counterpart("cpu_shares", _CPU_SHARE, "set a CPU reservation", Severity.INFO)
has_no_counterpart(
    "cpuset", "CPUs are pinned by the kubelet's static policy", "ask for whole cores under the static CPU manager"
)
has_no_counterpart("cpu_rt_period", "Kubernetes has no real-time scheduling of CPU", "run it on a node set aside for it")
has_no_counterpart("cpu_rt_runtime", "Kubernetes has no real-time scheduling of CPU", "run it on a node set aside for it")
has_no_counterpart("cpu_count", "it counts CPUs for Windows containers", "set a CPU limit (`cpus`)", Severity.INFO)
has_no_counterpart("cpu_percent", "it limits CPU for Windows containers", "set a CPU limit (`cpus`)", Severity.INFO)
has_no_counterpart(
    "blkio_config", "Kubernetes does not limit the input and output of disks", "choose a storage class with such limits"
)
