"""The nodes of a cluster as people write them, and what pods may use of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from compose2qt.budget.model import Amounts
from compose2qt.diagnostic import InputError, nearest
from compose2qt.workload import Quantity

PRESETS = {"kind": "1x4cpu8Gi", "minikube": "1x2cpu4Gi", "minikube-large": "1x4cpu8Gi"}
"""Clusters on one machine, as large as their documentation advises for a system of several services."""
MAX_PODS = 110
"""Pods of a node, the kubelet's default."""
_FIRST = Amounts(Quantity.parse("850m"), Quantity.parse("700Mi"))
_OTHER = Amounts(Quantity.parse("100m"), Quantity.parse("200Mi"))
_FORM = re.compile(r"(?:(\d{1,4})x)?(\d{1,4}(?:\.\d+)?|\d{1,7}m)cpu(\d{1,7}(?:\.\d+)?(?:[KMGT]i?))\Z")


class Node(NamedTuple):
    """A node with what pods may use of it: its capacity less what the system takes."""

    name: str
    capacity: Amounts
    allocatable: Amounts


def parse_nodes(text: str) -> tuple[Node, ...]:
    """The nodes that ``text`` describes: ``3x4cpu8Gi``, ``2x4cpu8Gi,1x16cpu64Gi``, or a preset; ``InputError`` otherwise.

    The first node carries the control plane and the cluster's own services (850m, 700Mi); each other one its network and
    log agents (100m, 200Mi). Both include the 100Mi below which the kubelet evicts pods.
    """
    sizes: list[Amounts] = []
    for part in PRESETS.get(text, text).replace(" ", "").split(","):
        match = _FORM.match(part)
        if match is None:
            fix = f"write 3x4cpu8Gi, several with commas, or a preset: {nearest(text, PRESETS)}"
            raise InputError.of("unknown-nodes", f"--nodes {text}: {part!r} is not a number of nodes and their size", fix=fix)
        sizes += [Amounts(Quantity.parse(match[2]), Quantity.parse(match[3]))] * int(match[1] or 1)
    if not 0 < len(sizes) <= 5000:
        raise InputError.of("unknown-nodes", f"--nodes {text}: {len(sizes)} nodes", fix="name 1 to 5000 nodes")
    return tuple(node(index, size) for index, size in enumerate(sizes))


def node(index: int, size: Amounts) -> Node:
    """The node number ``index`` of a cluster."""
    return Node(f"node-{index + 1}", size, _less(size, _FIRST if index == 0 else _OTHER))


def _less(size: Amounts, taken: Amounts) -> Amounts:
    cpu, memory = size.cpu.amount - taken.cpu.amount, size.memory.amount - taken.memory.amount
    return Amounts(Quantity(max(cpu, cpu * 0)), Quantity(max(memory, memory * 0)))
