"""The pod template that all controllers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.kinds.container import container
from compose2qt.emit.manifest import Body, given, labelled
from compose2qt.workload import (
    ClaimSource,
    EmptySource,
    HostSource,
    ImageSource,
    Kind,
    MapSource,
    NfsSource,
    Traced,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Pod, Volume, VolumeSource, Workload

NODE_GROUP = "compose2qt/node-group"
"""The label of pods that must share a node, because they share a claim that only one node mounts."""
CONFIG_HASH = "checksum/config"
"""The annotation that rolls the pods when the configuration changes that they read."""


def template(workload: Workload, setting: Setting, restart_policy: Traced[str] | None = None) -> Body:
    """``spec.template``. Its labels hold the selector and what the workload's objects carry."""
    pod = workload.pod
    group = ((NODE_GROUP, pod.colocate_with),) if pod.colocate_with else ()
    checksum = setting.config_hash(pod)
    annotations = (*pod.annotations, *(((CONFIG_HASH, checksum),) if checksum else ()))
    return {
        "metadata": given(
            labels=labelled((*workload.labels, *workload.selector, *pod.labels, *group)),
            annotations=labelled(annotations),
        ),
        "spec": _spec(workload, restart_policy),
    }


def _spec(workload: Workload, restart_policy: Traced[str] | None) -> Body:
    """``spec.template.spec``. A Deployment's restart policy can only be Always; it is written where Compose says so."""
    pod = workload.pod
    ends = workload.kind in (Kind.JOB, Kind.CRON_JOB)
    return given(
        restartPolicy=restart_policy if ends else pod.restart_policy,
        # Docker passes no variables about other services, and no credentials of the cluster.
        enableServiceLinks=False,
        automountServiceAccountToken=False,
        serviceAccountName=pod.service_account,
        imagePullSecrets=[{"name": name} for name in pod.pull_secrets],
        hostNetwork=pod.host_network,
        hostPID=pod.host_pid,
        hostIPC=pod.host_ipc,
        shareProcessNamespace=pod.share_processes,
        hostname=pod.hostname,
        hostnameOverride=pod.hostname_override,
        hostAliases=list(_host_aliases(pod)),
        terminationGracePeriodSeconds=pod.grace_period,
        securityContext=_security(pod),
        nodeSelector=labelled(pod.node_selector),
        affinity=_affinity(pod),
        initContainers=[Traced(container(one), one.because) for one in pod.init_containers],
        containers=[container(one) for one in pod.containers],
        volumes=[_volume(one) for one in pod.volumes],
    )


def _host_aliases(pod: Pod) -> Iterator[Body]:
    """An entry for each address, with its names."""
    by_address: dict[str, list[Traced[tuple[str, str]]]] = {}
    for traced in pod.host_aliases:
        by_address.setdefault(traced.value[0], []).append(traced)
    for address, pairs in by_address.items():
        origins = tuple(origin for traced in pairs for origin in traced.origins)
        yield {"ip": Traced(address, origins), "hostnames": [traced.value[1] for traced in pairs]}


def _security(pod: Pod) -> Body:
    """What the pod may do. Volumes change hands only when they must: a walk over a large one takes minutes."""
    return given(
        fsGroup=pod.fs_group,
        fsGroupChangePolicy="OnRootMismatch" if pod.fs_group else None,
        supplementalGroups=list(pod.supplemental_groups),
        seccompProfile={"type": "RuntimeDefault"},
        sysctls=[traced.map(lambda pair: {"name": pair[0], "value": pair[1]}) for traced in pod.sysctls],
    )


def _affinity(pod: Pod) -> Body | None:
    if pod.colocate_with is None:
        return None
    term = {"labelSelector": {"matchLabels": {NODE_GROUP: pod.colocate_with}}, "topologyKey": "kubernetes.io/hostname"}
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _volume(volume: Volume) -> Body:
    """A volume: its source is one traced field, whose name is its type."""
    field, source = _source(volume.source.value)
    return {"name": volume.name, field: volume.source.map(lambda _: source)}


def _source(source: VolumeSource) -> tuple[str, Body]:
    match source:
        case ClaimSource(claim):
            return "persistentVolumeClaim", given(claimName=claim)
        case EmptySource(memory, size):
            return "emptyDir", given(medium="Memory" if memory else None, sizeLimit=size.binary if size is not None else None)
        case MapSource(name, True, items):
            return "secret", given(secretName=name, items=_items(items))
        case MapSource(name, _, items):
            return "configMap", given(name=name, items=_items(items))
        case HostSource(path):
            return "hostPath", {"path": path}
        case NfsSource(server, path, read_only):
            return "nfs", given(server=server, path=path, readOnly=True if read_only else None)
        case ImageSource(reference):
            return "image", {"reference": reference}


def _items(items: Iterable[tuple[str, str, int | None]]) -> list[Body]:
    """Keys as files. Readers disagree about octal numbers, so a mode is decimal with the octal one beside it."""
    return [
        given(key=key, path=path, mode=Traced(mode, (), f"{mode:#o}") if mode is not None else None)
        for key, path, mode in items
    ]
