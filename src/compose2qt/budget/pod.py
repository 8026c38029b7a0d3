"""Effective requests and limits of one pod, as the scheduler computes them.

Sources: KEP-753 (sidecars), KEP-2837 (pod-level resources), ``component-helpers/resource``; reference/kubernetes.md
section 6. An ordinary init container runs beside the sidecars listed before it; containers run beside all sidecars;
the pod needs the larger of the two, plus its overhead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from compose2qt.budget.model import Amounts, Gap
from compose2qt.manifests.defaults import NOTHING
from compose2qt.manifests.model import at
from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.defaults import Defaults
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node, Span

Side = Literal["requests", "limits"]
RESOURCES = ("cpu", "memory")


def effective(pod: Node | None, side: Side, given: Defaults = NOTHING) -> Amounts:
    """What a pod of this spec needs (``requests``) or may use (``limits``; zero where anything that runs in it has none).

    ``given`` is what its namespace gives containers that leave it open.
    """
    sidecars = starting = Amounts()
    for container in containers(pod, "initContainers"):
        amounts = _declared(container, side, given)
        if is_sidecar(container):
            sidecars += amounts
        else:
            starting = starting.at_least(amounts + sidecars)
    running = Amounts.total(_declared(container, side, given) for container in containers(pod, "containers")) + sidecars
    found = _pod_level(pod, side, running.at_least(starting))
    overhead = _amounts(at(pod, ("overhead",)))
    if side == "requests":
        return found + overhead
    kept = {name: ZERO if _is_open(pod, name, given) else getattr(found + overhead, name) for name in RESOURCES}
    return Amounts(**kept)


def _is_open(pod: Node | None, resource: str, given: Defaults) -> bool:
    """Whether something that runs in the pod has no limit of ``resource``: then the pod has none."""
    if quantity(at(pod, ("resources", "limits", resource))) is not None or quantity(given.of("limits", resource)) is not None:
        return False
    sidecars = [container for container in containers(pod, "initContainers") if is_sidecar(container)]
    running = (*containers(pod, "containers"), *sidecars)
    return any(quantity(at(container, ("resources", "limits", resource))) is None for container in running)


def containers(pod: Node | None, field: str) -> tuple[Node, ...]:
    """The containers that ``field`` of a pod spec lists."""
    node = at(pod, (field,))
    return node.items if isinstance(node, Sequence) else ()


def is_sidecar(container: Node) -> bool:
    """Whether an init container keeps running beside the containers."""
    policy = at(container, ("restartPolicy",))
    return isinstance(policy, Scalar) and policy.value == "Always"


def quantity(node: Node | None) -> Quantity | None:
    """The quantity that ``node`` holds; None if it is absent or not a quantity (``gaps`` says which)."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    try:
        return Quantity.parse(str(node.value))
    except ValueError:
        return None


def gaps(item: Object, given: Defaults = NOTHING) -> Iterator[Gap]:
    """Every request and limit of CPU and memory that the pods of ``item`` lack, container by container."""
    pod = item.at(*item.pod_path) if item.pod_path else None
    for field in ("initContainers", "containers"):
        for container in containers(pod, field):
            name = at(container, ("name",))
            label = str(name.value) if isinstance(name, Scalar) else ""
            for resource, reason, span in _missing(pod, container, given):
                yield Gap(item.id, label, resource, reason, span, item.namespace)


def _missing(pod: Node | None, container: Node, given: Defaults) -> Iterator[tuple[str, str, Span]]:
    for resource in RESOURCES:
        for side in ("requests", "limits"):
            node = at(container, ("resources", side, resource))
            if node is not None and quantity(node) is None:
                yield f"{side}.{resource}", "it is not a Kubernetes quantity such as 250m or 512Mi", node.span
            elif node is None and given.of(side, resource) is None and not _stands_in(pod, container, side, resource):
                yield f"{side}.{resource}", "it is not set", container.span


def _stands_in(pod: Node | None, container: Node, side: str, resource: str) -> bool:
    """Whether another field gives what ``side`` of the container leaves open: the pod's, or its limit for its request."""
    places: list[Node | None] = [at(pod, ("resources", side, resource))]
    if side == "requests":
        places += [at(container, ("resources", "limits", resource)), at(pod, ("resources", "limits", resource))]
    return any(quantity(place) is not None for place in places)


def _declared(container: Node, side: Side, given: Defaults) -> Amounts:
    """What a container asks for; a limit without a request is its request."""
    resources = at(container, ("resources",))
    own = {resource: _one(resources, side, resource) for resource in RESOURCES}
    return Amounts(**{name: quantity(given.of(side, name)) or ZERO if one is None else one for name, one in own.items()})


def _one(resources: Node | None, side: Side, resource: str) -> Quantity | None:
    own = quantity(at(resources, (side, resource)))
    return quantity(at(resources, ("limits", resource))) if own is None and side == "requests" else own


def _pod_level(pod: Node | None, side: Side, total: Amounts) -> Amounts:
    """The pod's own resources where they are set: they win over the sum of its containers.

    A pod-level limit becomes the pod's request only where no container requests anything.
    """
    resources = at(pod, ("resources",))
    own: dict[str, Quantity] = {}
    for resource, summed in (("cpu", total.cpu), ("memory", total.memory)):
        stated = quantity(at(resources, (side, resource)))
        fallback = _one(resources, side, resource) if summed == ZERO else None
        own[resource] = next(amount for amount in (stated, fallback, summed) if amount is not None)
    return Amounts(**own)


def _amounts(node: Node | None) -> Amounts:
    return Amounts(quantity(at(node, ("cpu",))) or ZERO, quantity(at(node, ("memory",))) or ZERO)


def names_of(node: Node | None) -> tuple[str, ...]:
    """The texts of a list, or the keys of a mapping."""
    if isinstance(node, Mapping):
        return tuple(node.entries)
    items = node.items if isinstance(node, Sequence) else ()
    return tuple(str(item.value) for item in items if isinstance(item, Scalar))
