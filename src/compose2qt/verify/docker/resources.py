"""Limits and reservations as Docker sets them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from compose2qt.compose.units import byte_count
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.reading import entries, find, items, number, place, text, texts
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping, Node, Span

_LIMITS, _RESERVATIONS = ("deploy", "resources", "limits"), ("deploy", "resources", "reservations")
_AMOUNTS = (
    ("cpu limit", ((*_LIMITS, "cpus"), ("cpus",))),
    ("cpu reservation", ((*_RESERVATIONS, "cpus"),)),
    ("memory limit", ((*_LIMITS, "memory"), ("mem_limit",))),
    ("memory reservation", ((*_RESERVATIONS, "memory"), ("mem_reservation",))),
)
# What the kernel is told and no field of Kubernetes can tell it.
_OTHERS = {
    "memswap_limit": "swap limit", "mem_swappiness": "swappiness", "oom_score_adj": "oom score",
    "oom_kill_disable": "oom killer", "pids_limit": "pids limit", "cpu_shares": "cpu shares", "cpuset": "cpu set",
    "cpu_period": "cpu period", "cpu_quota": "cpu quota", "cpu_rt_period": "cpu rt period",
    "cpu_rt_runtime": "cpu rt runtime", "cpu_count": "cpu count", "cpu_percent": "cpu percent",
    "cgroup_parent": "cgroup parent", "blkio_config": "block io",
}  # fmt: skip


def resources(node: Mapping) -> Iterator[Fact]:
    """How much the container may use, and how much is kept for it."""
    for item, paths in _AMOUNTS:
        found = next((place for path in paths if (place := find(node, *path)) is not None), None)
        value = _amount(text(found), is_memory=item.startswith("memory")) if found is not None else None
        if value and found is not None:
            yield Fact(Aspect.RESOURCES, item, value, found.span)
    quota, shares = find(node, "cpu_quota"), _quota(node)
    if quota is not None and shares:
        yield Fact(Aspect.RESOURCES, "cpu limit", shares, quota.span)
    for key, item in _OTHERS.items():
        if not (shares and key in ("cpu_quota", "cpu_period")) and (other := find(node, key)) is not None:
            yield Fact(Aspect.RESOURCES, item, text(other) or "set", other.span)
    pids = find(node, *_LIMITS, "pids")
    if pids is not None:
        yield Fact(Aspect.RESOURCES, "pids limit", text(pids), pids.span)
    for name, limit in entries(node, "ulimits").items():
        shown = text(limit) or f"{text(limit, 'soft')}:{text(limit, 'hard')}"
        yield Fact(Aspect.RESOURCES, f"ulimit {name}", shown, limit.span)
    yield from _devices(node)


def _quota(node: Mapping) -> str | None:
    """The CPU limit that a quota for each period makes; a period is 100 ms unless it is stated (microseconds)."""
    quota = number(node, "cpu_quota")
    if not quota or quota < 0:
        return None
    return Quantity(Decimal(quota) / (number(node, "cpu_period") or 100_000)).milli


def _amount(written: str, *, is_memory: bool) -> str | None:
    """A canonical quantity; None for zero or less, which is no limit."""
    try:
        quantity = Quantity.of_bytes(byte_count(written)) if is_memory else Quantity(Decimal(written))
    except (ValueError, InvalidOperation):
        return None
    if quantity.amount <= 0:
        return None
    return quantity.binary if is_memory else quantity.milli


def _devices(node: Mapping) -> Iterator[Fact]:
    """GPUs and other devices that are asked for by capability: each request adds to those before it."""
    wanted: list[Node] = [*items(node, *_RESERVATIONS, "devices"), *items(node, "gpus")]
    asked: dict[str, tuple[list[str], Span | None]] = {}
    for device in wanted:
        is_gpu = "gpu" in texts(device, "capabilities") or find(device, "capabilities") is None
        count = number(device, "count")
        shown = str(len(texts(device, "device_ids")) or ("all" if count in (None, -1) else count))
        name = "gpu" if is_gpu else ", ".join(texts(device, "capabilities"))
        asked.setdefault(name, ([], place(device)))[0].append(shown)
    for name, (counts, span) in asked.items():
        if set(counts) != {"0"}:
            yield Fact(Aspect.RESOURCES, name, "all" if "all" in counts else str(sum(map(int, counts))), span)
