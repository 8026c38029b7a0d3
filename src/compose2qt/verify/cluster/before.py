"""What init containers need that run no service: a pod whose init container cannot run never starts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from compose2qt.verify.cluster.admission import measured, refusal
from compose2qt.verify.cluster.resources import shown_amount, stated
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.image import normalized
from compose2qt.verify.reading import place, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.verify.cluster.world import Container, World

OF_WAITS = "of what waits"
_WITH_SHELL = frozenset(
    "alpine bash busybox curl debian dockerize k8s-wait-for kubectl mariadb mongo mysql "
    "netshoot postgres redis ubuntu valkey wait wait4x wait-for-it".split()
)
"""Last parts of the names of images in which waits are usually written: they hold a shell and clients."""
_OF_ROOT = frozenset("alpine busybox debian ubuntu".split())
_SMALL = {"cpu": Decimal("0.1"), "memory": Decimal(128 * 2**20)}
"""What a program that only waits may ask for without a word."""
_LEAST = Decimal(6 * 2**20)
"""Docker starts nothing with less memory, and no runtime gets a shell into much less."""


def needs(before: Container, world: World, *, waits: bool) -> Iterator[Fact]:
    """What keeps ``before`` from running, and what it asks for beyond the containers that run after it."""
    name = _name(before.image)
    who = f"init container {before.name}"
    if name == "scratch":
        yield refusal(f"cannot start: {who}: scratch holds no program", place(before.node, "image"))
    elif waits and name not in _WITH_SHELL:
        yield Fact(Aspect.IMAGE, OF_WAITS, normalized(before.image), place(before.node, "image"))
    if name in _OF_ROOT and _setting(before, "runAsNonRoot") == "true" and not _setting(before, "runAsUser"):
        why = f"cannot start: {who} must not be root, as which {name} runs"
        yield refusal(why, place(before.node, "securityContext"))
    limit = stated(before, world, "limits", "memory")
    if limit is not None and measured(text(limit)) < _LEAST:
        yield refusal(f"cannot start: {who} has no more than {text(limit)} of memory", limit.span)
    for resource, small in _SMALL.items():
        node = stated(before, world, "requests", resource)
        if node is not None and measured(text(node)) > max(small, _afterwards(before, world, resource)):
            shown = shown_amount(text(node), resource)
            yield Fact(Aspect.RESOURCES, f"{resource} reservation of {before.name}", shown, node.span)


def _afterwards(before: Container, world: World, resource: str) -> Decimal:
    """What the containers of the pod ask for together that run all the time."""
    asked = (stated(each, world, "requests", resource) for each in before.pod.containers if each.role != "init")
    return sum((measured(text(node)) for node in asked if node is not None), Decimal(0))


def _setting(container: Container, key: str) -> str:
    return text(container.node, "securityContext", key) or text(container.pod.node, "securityContext", key)


def _name(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]
