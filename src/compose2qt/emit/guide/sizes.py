"""The guide's sections on what the system needs of a cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from compose2qt.emit.guide.facts import is_shared
from compose2qt.emit.guide.markdown import bash, bullets, code, codes, table
from compose2qt.emit.guide.needs import copies, pod_needs
from compose2qt.workload import ZERO, EmptySource, Kind, OriginKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.guide.facts import Facts
    from compose2qt.emit.guide.needs import Needs
    from compose2qt.workload import Quantity, Workload

_NOT_SET = "not set"
# rancher/local-path-provisioner: with a shared file system it provisions every access mode.
_SHARED_FOLDER = json.dumps(
    {"data": {"config.json": json.dumps({"nodePathMap": [], "sharedFileSystemPath": "/var/local-path-provisioner"})}}
)


def resources(facts: Facts) -> Iterator[str]:
    """The requests and limits of every workload, and their sum."""
    if not facts.running:
        yield "Nothing is applied, so nothing is needed."
        return
    yield "For one pod, and in the last row for all. Requests are what the scheduler sets aside, limits what a pod may use."
    rows = [_row(one.name, copies(one), pod_needs(one.pod)) for one in facts.running]
    pods = sum(copies(one) for one in facts.running)
    yield table(
        ("Workload", "Pods", "CPU request", "CPU limit", "Memory request", "Memory limit"), [*rows, _total(facts, pods)]
    )
    yield bullets(_remarks(facts))


def _row(name: str, pods: int, needs: Needs) -> tuple[str, ...]:
    return name, str(pods), needs.cpu.cpu, _cpu(needs.cpu_limit), needs.memory.binary, _memory(needs.memory_limit)


def _total(facts: Facts, pods: int) -> tuple[str, ...]:
    needs = facts.total
    limits = "unbounded" if needs.cpu_limit is None else needs.cpu_limit.milli
    memory = "unbounded" if needs.memory_limit is None else needs.memory_limit.within("Mi")
    return tuple(f"**{text}**" for text in ("All pods", str(pods), needs.cpu.milli, limits, needs.memory.within("Mi"), memory))


def _cpu(amount: Quantity | None) -> str:
    return amount.cpu if amount is not None else _NOT_SET


def _memory(amount: Quantity | None) -> str:
    return amount.binary if amount is not None else _NOT_SET


def _remarks(facts: Facts) -> Iterator[str]:
    needs = facts.total
    yield (
        f"A cluster needs {needs.cpu.cpu} CPU and {needs.memory.within('Gi')} memory free for this, beside what Kubernetes "
        "itself takes (about a core and a gibibyte on a single node), and more while an update runs old and new pods at once."
    )
    assumed = [one.name for one in facts.running if is_assumed(one)]
    if assumed:
        yield f"Compose states no reservation for {codes(assumed)}: their requests are assumed. Measure them and set them."
    if any(one.kind is Kind.DAEMON_SET for one in facts.running):
        yield "A DaemonSet is counted for one node."
    if any(one.kind in (Kind.JOB, Kind.CRON_JOB) for one in facts.running):
        yield "Jobs need their share only while they run."


def is_assumed(workload: Workload) -> bool:
    """Whether a request of it is ours, because Compose states none."""
    amounts = [one.resources for one in workload.pod.containers]
    requests = [request for one in amounts for request in (one.cpu_request, one.memory_request) if request is not None]
    return any(origin.kind is OriginKind.DEFAULT for request in requests for origin in request.origins)


def storage(facts: Facts) -> Iterator[str]:
    """The claims, what they need of the cluster, and what becomes of their data."""
    claims = facts.application.claims
    if not claims:
        yield "There are no claims: nothing that a pod writes survives it." + _scratch(facts)
        return
    yield table(
        ("Claim", "Size", "Access", "StorageClass", "Mounted by"),
        (
            (
                code(claim.name),
                claim.size.value.binary,
                claim.access_mode.value,
                code(claim.storage_class) if claim.storage_class else "the default",
                facts.setting.read_by("PersistentVolumeClaim", claim.name) or "nothing",
            )
            for claim in claims
        ),
    )
    whole = sum((claim.size.value for claim in claims), ZERO)
    yield f"**{whole.within('Gi')}** in all.{_scratch(facts)}"
    if facts.shares_over_nodes:
        yield from _shared(facts)
    yield bullets(_rules(facts))


def _scratch(facts: Facts) -> str:
    users = [one.name for one in facts.running if _has_scratch(one)]
    return f" Scratch volumes that end with the pod: {codes(users)}." if users else ""


def _has_scratch(workload: Workload) -> bool:
    return any(isinstance(volume.source.value, EmptySource) for volume in workload.pod.volumes)


def _shared(facts: Facts) -> Iterator[str]:
    names = [claim.name for claim in facts.application.claims if is_shared(claim)]
    yield (
        f"{codes(names)}: **pods on several nodes mount it** (`ReadWriteMany`). Most default StorageClasses, those of cloud "
        "disks and of kind included, only give `ReadWriteOnce`: the claim then stays `Pending`. Name a class that can (NFS, "
        "CephFS, EFS, Filestore, Azure Files) in the mapping. On one local node it needs no network storage: minikube's "
        "default class takes such claims, and kind's provisioner does once its folder counts as shared:"
    )
    yield bash(
        "kubectl patch configmap local-path-config -n local-path-storage --type merge --patch \\",
        f"  '{_SHARED_FOLDER}'",
        "kubectl rollout restart deployment/local-path-provisioner -n local-path-storage",
    )


def _rules(facts: Facts) -> Iterator[str]:
    one_node = [claim.name for claim in facts.application.claims if not is_shared(claim)]
    if one_node:
        yield f"{codes(one_node)}: one node mounts it at a time, so its pod moves only after the old one has stopped."
    yield "A claim can grow, if its StorageClass allows it; it can never shrink, and its class and access mode never change."
    yield (
        "Claims are objects of their own: deleting or replacing a workload keeps its data. `kubectl delete -k .` deletes the "
        "claims too, and with most classes their data. Back up first: nothing here makes backups."
    )
