"""Fields that no other module here reads: each is said to change nothing for the program, or it is a difference of its own.

So no field of a workload goes unseen, those of later versions included.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.docker.process import NEVER_PULLED
from compose2qt.verify.reading import entries, find, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node, Span
    from compose2qt.verify.cluster.world import Container

_LONGEST = 200
_Known = dict[str, str | None]
"""By field: its default, if only that changes nothing; None if any value is read elsewhere or changes nothing."""


def _known(read: str, harmless: str = "", /, **defaults: str) -> _Known:
    return {**dict.fromkeys((*read.split(), *harmless.split())), **defaults}


_PROBE = _known(
    "exec httpGet tcpSocket grpc initialDelaySeconds periodSeconds timeoutSeconds failureThreshold successThreshold",
    "terminationGracePeriodSeconds",
)
_POD = _known(
    "containers initContainers ephemeralContainers volumes restartPolicy terminationGracePeriodSeconds hostname "
    "hostnameOverride hostAliases securityContext nodeSelector enableServiceLinks automountServiceAccountToken "
    "serviceAccountName serviceAccount hostNetwork hostPID hostIPC hostUsers shareProcessNamespace dnsPolicy dnsConfig "
    "readinessGates runtimeClassName",
    "imagePullSecrets tolerations preemptionPolicy",
    schedulerName="default-scheduler",
    setHostnameAsFQDN="false",
)
_POD_CONTEXT = _known(
    "runAsUser runAsGroup runAsNonRoot supplementalGroups fsGroup seccompProfile appArmorProfile sysctls",
    "fsGroupChangePolicy",
    supplementalGroupsPolicy="Merge",
)
_CONTAINER = _known(
    "name image command args workingDir env envFrom ports resources volumeMounts readinessProbe livenessProbe startupProbe "
    "lifecycle securityContext tty stdin restartPolicy",
    "terminationMessagePath terminationMessagePolicy resizePolicy imagePullPolicy",
    stdinOnce="false",
)
_CONTEXT = _known(
    "privileged readOnlyRootFilesystem capabilities allowPrivilegeEscalation seccompProfile appArmorProfile runAsUser "
    "runAsGroup runAsNonRoot",
    procMount="Default",
)
_MOUNT = _known("name mountPath readOnly subPath subPathExpr", mountPropagation="None", recursiveReadOnly="Disabled")
_OWNERS: dict[str, _Known] = {
    "Deployment": _known(
        "replicas selector template", "strategy minReadySeconds revisionHistoryLimit progressDeadlineSeconds", paused="false"
    ),
    "StatefulSet": _known(
        "replicas selector template volumeClaimTemplates",
        "serviceName podManagementPolicy updateStrategy minReadySeconds revisionHistoryLimit ordinals",
    ),
    "DaemonSet": _known("selector template", "updateStrategy minReadySeconds revisionHistoryLimit"),
    "Job": _known(
        "parallelism completions backoffLimit suspend template",
        "selector ttlSecondsAfterFinished podReplacementPolicy manualSelector",
        completionMode="NonIndexed",
    ),
    "CronJob": _known(
        "schedule timeZone concurrencyPolicy suspend jobTemplate",
        "successfulJobsHistoryLimit failedJobsHistoryLimit startingDeadlineSeconds",
    ),
}
_HARMLESS = frozenset(("preferredDuringSchedulingIgnoredDuringExecution",))
_PLATFORM = ("kubernetes.io/arch", "beta.kubernetes.io/arch")
_SYSTEM = ("kubernetes.io/os", "beta.kubernetes.io/os")


def unread(container: Container) -> Iterator[Fact]:
    """What is written about a container, its pod and its controller beyond what is compared elsewhere."""
    pod, item, node = container.pod.node, container.pod.item, container.node
    yield from _placing(pod)
    yield from _rest(find(item.root, "spec"), _OWNERS.get(item.kind), "")
    if item.kind == "CronJob":
        yield from _rest(find(item.root, "spec", "jobTemplate", "spec"), _OWNERS["Job"], "")
    yield from (fact for fact in _rest(pod, _POD, "") if fact.item not in ("affinity", "topologySpreadConstraints", "os"))
    yield from _rest(find(pod, "securityContext"), _POD_CONTEXT, "")
    yield from _rest(node, _CONTAINER, "")
    yield from _rest(find(node, "securityContext"), _CONTEXT, "")
    yield from _rest(find(node, "resources"), _known("limits requests"), "resource ")
    for key in ("readinessProbe", "livenessProbe", "startupProbe"):
        yield from _rest(find(node, key), _PROBE, f"{key} ")
    for mount in items(node, "volumeMounts"):
        yield from _rest(mount, _MOUNT, f"{text(mount, 'mountPath')} ")
    if text(node, "imagePullPolicy") == "Never":
        yield Fact(Aspect.IMAGE, "pull", NEVER_PULLED, _at(node, "imagePullPolicy"))


def _rest(node: Node | None, known: _Known | None, prefix: str) -> Iterator[Fact]:
    for key, value in entries(node).items() if known is not None else ():
        is_harmless = known is not None and key in known and known[key] in (None, text(value))
        if not is_harmless and not _is_empty(value):
            yield Fact(Aspect.SURROUNDINGS, f"{prefix}{key}", _shown(value), value.span)


def _placing(pod: Node | None) -> Iterator[Fact]:
    """What keeps a pod from nodes: selectors, affinity that is required, spreading that is."""
    selector = entries(pod, "nodeSelector")
    has_platform = any(label in selector for label in _PLATFORM)  # with the system it is compared as the platform
    for label, value in selector.items():
        if label not in _PLATFORM and (label not in _SYSTEM or not (has_platform or text(value) == "linux")):
            yield Fact(Aspect.SURROUNDINGS, f"node label {label}", text(value), value.span)
    for kind, rules in entries(pod, "affinity").items():
        for key, value in entries(rules).items():
            if key not in _HARMLESS and not _is_empty(value):
                yield Fact(Aspect.SURROUNDINGS, kind, _shown(value), value.span)
    for spread in items(pod, "topologySpreadConstraints"):
        if text(spread, "whenUnsatisfiable") != "ScheduleAnyway":
            yield Fact(Aspect.SURROUNDINGS, f"spread over {text(spread, 'topologyKey')}", _shown(spread), spread.span)
    if (system := text(pod, "os", "name")) not in ("", "linux"):
        yield Fact(Aspect.SURROUNDINGS, "os", system, _at(pod, "os"))


def _at(node: Node | None, key: str) -> Span | None:
    found = find(node, key)
    return found.span if found is not None else None


def _is_empty(node: Node) -> bool:
    return (isinstance(node, Scalar) and node.value is None) or (isinstance(node, (Mapping, Sequence)) and not _plain(node))


def _shown(node: Node) -> str:
    written = text(node) if isinstance(node, Scalar) else json.dumps(_plain(node), ensure_ascii=False)
    return written if len(written) <= _LONGEST else f"{written[:_LONGEST]}..."


def _plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return node.value
