"""What keeps pods from being made or started: what they refer to and nobody makes, and what quotas refuse.

Source: Kubernetes, Resource Quotas. Who comes too late depends on the order of things, so all that count toward what is
exceeded are told.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from compose2qt.verify.cluster.life import scale
from compose2qt.verify.cluster.resources import stated
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.reading import entries, find, is_true, items, place, text
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object
    from compose2qt.source import Node, Span
    from compose2qt.verify.cluster.world import Container, Pod, World

CLAIM = "PersistentVolumeClaim"
VOLUME = "volume"
_TAKES_TRAFFIC = frozenset(("Endpoints", "EndpointSlice"))
_ACTS_ON_PODS = re.compile(
    r"(?:cilium\.io|projectcalico\.org|istio\.io|linkerd\.io|autoscaling\.k8s\.io|kyverno\.io|openpolicyagent\.org)\Z"
)
"""Groups whose controllers change pods, or who reaches them."""


def is_foreign(item: Object) -> bool:
    """Whether an object acts on pods or on the way to them, in a way that nobody here interprets."""
    group = item.api_version.rpartition("/")[0]
    is_endpoint = item.kind in _TAKES_TRAFFIC and item.at("metadata", "labels", "kubernetes.io/service-name") is not None
    return is_endpoint or _ACTS_ON_PODS.search(group) is not None


def refusals(container: Container, world: World) -> Iterator[Fact]:
    """What the API server or the kubelet does not do for the pod: an account, claims, two mounts at one path."""
    pod = container.pod
    if id(pod.item) in world.refused:
        message, span = world.refused[id(pod.item)]
        yield refusal(f"refused: {message}", span)
    account = text(pod.node, "serviceAccountName") or text(pod.node, "serviceAccount")
    if account not in ("", "default") and not world.is_there("ServiceAccount", pod.namespace, account):
        yield refusal(f"cannot start: ServiceAccount {account} does not exist", place(pod.node, "serviceAccountName"))
    for volume in items(pod.node, "volumes"):
        claim = text(volume, "persistentVolumeClaim", "claimName")
        if claim and not world.is_there(CLAIM, pod.namespace, claim):
            where = place(volume, "persistentVolumeClaim", "claimName")
            yield refusal(*world.lack(CLAIM, pod.namespace, claim, where))
        yield from _maps(pod, volume, world)
        yield from _secrets(pod, volume, world)
    mounted: set[str] = set()
    for mount in items(container.node, "volumeMounts"):
        if (path := text(mount, "mountPath")) in mounted:
            yield refusal(f"refused: {path} is mounted twice", mount.span)
        mounted.add(path)


def _maps(pod: Pod, volume: Node, world: World) -> Iterator[Fact]:
    """A kubelet mounts all volumes of a pod, or starts none of its containers."""
    source = find(volume, "configMap")
    if source is None or is_true(source, "optional"):
        return
    name = text(source, "name")
    data = world.objects_data("ConfigMap", pod.namespace, name)
    if data is None and not world.is_there("ConfigMap", pod.namespace, name):
        yield refusal(*world.lack("ConfigMap", pod.namespace, name, source.span))
    for item in items(source, "items"):
        if data is not None and text(item, "key") not in data:
            yield refusal(f"cannot start: ConfigMap {name} has no key {text(item, 'key')}", item.span)


def _secrets(pod: Pod, volume: Node, world: World) -> Iterator[Fact]:
    """A Secret that is not there may be the operator's; what is mounted of it is a matter of its path."""
    source = find(volume, "secret")
    name = text(source, "secretName")
    mounts = (text(mount, "name") for each in pod.containers for mount in items(each.node, "volumeMounts"))
    if source is None or is_true(source, "optional") or text(volume, "name") in mounts:
        return
    if not world.is_there("Secret", pod.namespace, name) and not world.has_example(name):
        yield Fact(Aspect.WORKLOAD, f"{VOLUME} {text(volume, 'name')}", f"of Secret {name}", source.span)


def refusal(why: str, span: Span | None) -> Fact:
    """Why a pod is not made, or does not start."""
    return Fact(Aspect.WORKLOAD, "start", why, span)


class Quotas:
    """The quotas of a tree held against its pods."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: list[tuple[str, Span]] = []
        """Bounds that are not interpreted: of objects, and of pods of some scope."""
        self._refused: dict[int, list[tuple[str, Span]]] = {}
        for item in world.applied:
            if item.kind == "ResourceQuota":
                self._read(item)

    def facts(self, pod: Pod) -> Iterator[Fact]:
        """What may keep ``pod`` from being made."""
        for why, span in self._refused.get(id(pod), ()):
            yield refusal(why, span)

    def _read(self, quota: Object) -> None:
        is_scoped = any(find(quota.root, "spec", key) for key in ("scopes", "scopeSelector"))
        namespace = self.world.namespace_of(quota)
        pods = [pod for pod in self.world.pods if pod.namespace == namespace]
        for key, node in entries(quota.root, "spec", "hard").items():
            name = key.removeprefix("count/")
            if name == "persistentvolumeclaims" and not is_scoped:
                users = [pod for pod in pods if _templates(pod) or _has_claim(pod)]
                made = sum(1 for kind, home, _ in self.world.index if (kind, home) == (CLAIM, namespace))
                made += sum(_templates(pod) * _count(pod, self.world) for pod in pods)
                self._bound(quota, key, node, users, Decimal(made))
            elif (name == "pods" or _measure(name)) and not is_scoped:
                self._hold(quota, key, node, pods)
            else:
                self.open.append((f"{quota.id} {key}", node.span))

    def _hold(self, quota: Object, key: str, node: Node, pods: list[Pod]) -> None:
        uses = {id(pod): self._use(pod, key.removeprefix("count/")) for pod in pods}
        total = sum((use * _count(pod, self.world) for pod in pods if (use := uses[id(pod)])), Decimal(0))
        self._bound(quota, key, node, [pod for pod in pods if uses[id(pod)]], total)
        for pod in pods:
            if uses[id(pod)] is None:
                self._refuse(pod, f"cannot start: {quota.id} wants {key} of every container", node.span)

    def _bound(self, quota: Object, key: str, node: Node, users: list[Pod], total: Decimal) -> None:
        if total > measured(text(node)):
            for pod in users:
                self._refuse(pod, f"may not start: {quota.id} allows {text(node)} for {key}, less than is asked for", node.span)

    def _refuse(self, pod: Pod, why: str, span: Span) -> None:
        self._refused.setdefault(id(pod), []).append((why, span))

    def _use(self, pod: Pod, key: str) -> Decimal | None:
        """How much of a bound one pod takes; None if a container does not say and must."""
        measure = _measure(key)
        if measure is None:
            return Decimal(1)
        side, resource = measure
        asked = [(each.role, stated(each, self.world, side, resource)) for each in pod.containers]
        if resource in ("cpu", "memory") and any(node is None for _, node in asked):
            return None
        amounts = [(role, measured(text(node))) for role, node in asked if node is not None]
        together = sum((amount for role, amount in amounts if role != "init"), Decimal(0))
        return max([together, *(amount for role, amount in amounts if role == "init")])


def _measure(key: str) -> tuple[str, str] | None:
    """The side and the resource that a key bounds: ``requests.cpu``, or ``cpu`` for short."""
    side, _, resource = key.partition(".")
    if side in ("limits", "requests") and resource != "storage":
        return side, resource
    return ("requests", key) if key in ("cpu", "memory", "ephemeral-storage") else None


def measured(written: str) -> Decimal:
    """A quantity as a number; zero if it is none, which the API server tells."""
    try:
        return Quantity.parse(written).amount
    except ValueError:
        return Decimal(0)


def _count(pod: Pod, world: World) -> int:
    """How many pods there are; of a number that is not known, the least."""
    written = str(scale(pod.item, world).value).partition(" ")[0]
    return int(written) if written.isdecimal() else 1


def _templates(pod: Pod) -> int:
    return len(items(pod.item.root, "spec", "volumeClaimTemplates"))


def _has_claim(pod: Pod) -> bool:
    return any(find(volume, "persistentVolumeClaim") is not None for volume in items(pod.node, "volumes"))
