"""Requests and limits. Source: ``ValidateResourceRequirements``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_qualified_name
from compose2qt.kube.reading import entries, has, items, shown
from compose2qt.kube.registry import Violation, rule
from compose2qt.source import Scalar
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping, Node

_STANDARD = ("cpu", "memory", "ephemeral-storage")
_HUGE_PAGES = "hugepages-"
SIDES = ("requests", "limits")


def quantity(node: Node | None) -> Quantity | None:
    """The quantity that ``node`` holds; None if it is not one."""
    value = node.value if isinstance(node, Scalar) else None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        return Quantity.parse(value)
    except ValueError:
        return None


@rule("request-above-limit", "ResourceRequirements")
def request_above_limit(resources: Mapping) -> Iterator[Violation]:
    """A request is at most the limit; of a device or huge page it is the limit."""
    limits = entries(resources, "limits")
    for name, node in entries(resources, "requests").items():
        request, limit = quantity(node), quantity(limits.get(name))
        if request is None or (limit is None and name in limits):
            continue
        if limit is not None and limit < request:
            yield Violation(f"the request of {shown(name)} is above its limit", ("requests", name), "raise the limit")
        elif name not in _STANDARD and limit != request:
            yield Violation(f"{shown(name)} cannot be overcommitted", ("requests", name), "give it the same limit")


@rule("negative-resource", "ResourceRequirements")
def negative_resource(resources: Mapping) -> Iterator[Violation]:
    """An amount of a resource is not negative."""
    for side in SIDES:
        for name, node in entries(resources, side).items():
            if (amount := quantity(node)) is not None and amount < ZERO:
                yield Violation(f"{shown(name)} is negative", (side, name), "use 0 or more")


@rule("bad-resource-name", "ResourceRequirements")
def bad_resource_name(resources: Mapping) -> Iterator[Violation]:
    """A resource is ``cpu``, ``memory``, ``ephemeral-storage``, ``hugepages-*``, or a device with a domain before its name."""
    for side in SIDES:
        for name in entries(resources, side):
            standard = name in _STANDARD or name.startswith("hugepages-")
            if not standard and not (is_qualified_name(name) and "/" in name):
                yield Violation(
                    f"there is no resource {shown(name)}", (side, name), "use cpu, memory, or vendor.example/device"
                )


@rule("pod-resource-name", "PodSpec")
def pod_resource_name(pod: Mapping) -> Iterator[Violation]:
    """Resources of a whole pod are ``cpu``, ``memory`` and huge pages only."""
    for side in SIDES:
        for name in entries(pod, "resources", side):
            if name not in {"cpu", "memory"} and not name.startswith("hugepages-"):
                yield Violation(f"a pod has no {shown(name)}", ("resources", side, name), "give it to a container")


@rule("pod-requests-too-small", "PodSpec")
def pod_requests_too_small(pod: Mapping) -> Iterator[Violation]:
    """What its containers request together is at most what the pod requests."""
    if not has(pod, "resources", "requests"):
        return
    for name, node in entries(pod, "resources", "requests").items():
        whole = quantity(node)
        parts = [
            amount
            for container in items(pod, "containers")
            if (amount := quantity(entries(container, "resources", "requests").get(name))) is not None
        ]
        if whole is not None and whole < sum(parts, ZERO):
            yield Violation(
                f"the containers request more {shown(name)} than the pod", ("resources", "requests", name), "raise it"
            )


@rule("resize-policy", "ContainerResizePolicy")
def resize_policy(policy: Mapping) -> Iterator[Violation]:
    """Only ``cpu`` and ``memory`` can be resized in place."""
    name = entries(policy).get("resourceName")
    if isinstance(name, Scalar) and name.value not in {"cpu", "memory"}:
        yield Violation("only cpu and memory can be resized", ("resourceName",), "use cpu or memory")


@rule("device-fraction", "ResourceRequirements")
def device_fraction(resources: Mapping) -> Iterator[Violation]:
    """Devices are counted in whole numbers."""
    for side in SIDES:
        for name, node in entries(resources, side).items():
            amount = quantity(node)
            is_device = name not in _STANDARD and not name.startswith(_HUGE_PAGES)
            if is_device and amount is not None and amount.amount % 1:
                yield Violation(f"{shown(name)} is no whole number", (side, name), "write a whole number")


@rule("huge-pages", "ResourceRequirements")
def huge_pages(resources: Mapping) -> Iterator[Violation]:
    """Huge pages are asked for in whole pages, and together with CPU or memory."""
    for side in SIDES:
        amounts = entries(resources, side)
        for name, node in amounts.items():
            if not name.startswith(_HUGE_PAGES):
                continue
            amount, page = quantity(node), quantity(Scalar(name.removeprefix(_HUGE_PAGES), node.span))
            if amount is not None and page is not None and page > ZERO and amount.amount % page.amount:
                yield Violation(f"{shown(name)} is no whole number of pages", (side, name), "write a multiple of the page")
            if not {"cpu", "memory"} & set(amounts):
                yield Violation("huge pages need cpu or memory beside them", (side, name), "add cpu or memory")
