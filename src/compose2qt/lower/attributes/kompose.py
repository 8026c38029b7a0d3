"""Labels that Compose files carry for kompose, read as input. Source: kompose's user guide and what its code reads."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from compose2qt.compose.units import seconds
from compose2qt.diagnostic import Severity
from compose2qt.lower.argv import escape
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import (
    AUTOSCALE,
    FS_GROUP,
    HEADLESS,
    INITS,
    LIVENESS,
    NODE_PORT,
    PULL_POLICY,
    PULL_SECRETS,
    READINESS,
    RETRIES,
    SCHEDULE,
    SERVICE_ACCOUNT,
    SERVICE_TYPE,
    TRAFFIC_POLICY,
    Field,
)
from compose2qt.lower.registry import Lost
from compose2qt.lower.shapes import InitUse, Timing
from compose2qt.mapping.labels import OVERLAPS, is_legal
from compose2qt.source import Mapping, Scalar
from compose2qt.workload import Autoscale, ExecProbe, HttpProbe, Probe, TcpProbe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.source import Node

PREFIX = "kompose."
_HEALTH = "kompose.service.healthcheck."
READINESS_LABELS = f"{_HEALTH}readiness."
LIVENESS_LABELS = f"{_HEALTH}liveness."
_AUTOSCALER = "kompose.hpa."
_MOST_PODS, _CPU_SHARE = 3, 50
_MOST_INT32 = 2**31 - 1
LOSSES = {
    "kompose-value": Lost("the label has no such value, so it has no effect", "see docs/reference/kompose-labels.md"),
    "no-autoscaler": Lost("only a Deployment or StatefulSet is scaled", "remove the labels kompose.hpa"),
    "kompose-label": Lost(
        "compose2qt does not read this label of kompose", "say it in the mapping, or by an overlay", Severity.WARNING
    ),
}


class Label(Struct, frozen=True):
    """A label of kompose: what becomes of it, for the reference page, and how its value is read."""

    becomes: str
    field: Field[Any] | None = None
    read: Callable[[str], object] = str
    """The value for ``field``; ``ValueError`` or ``KeyError`` if it is none."""


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError(text)
    return number


_TYPES = {"nodeport": "NodePort", "loadbalancer": "LoadBalancer"}
_POLICIES = {"local": "Local", "cluster": "Cluster"}
_PULL = {"always": "Always", "never": "Never", "ifnotpresent": "IfNotPresent"}

LABELS: dict[str, Label] = {
    "kompose.service.type": Label("type of the Service; `headless` is `clusterIP: None`", SERVICE_TYPE),
    "kompose.service.external-traffic-policy": Label(
        "`externalTrafficPolicy`", TRAFFIC_POLICY, lambda text: _POLICIES[text.lower()]
    ),
    "kompose.service.nodeport.port": Label("`nodePort` of the first port", NODE_PORT, _port),
    "kompose.service.expose": Label("an Ingress for this host (`true`: for every host) to the first port"),
    "kompose.service.expose.tls-secret": Label("the Ingress' TLS Secret"),
    "kompose.service.expose.ingress-class-name": Label("`ingressClassName` of the Ingress"),
    "kompose.service.name_override": Label("the name of the Service"),
    "kompose.serviceaccount-name": Label("`serviceAccountName` of the pod", SERVICE_ACCOUNT),
    "kompose.controller.type": Label("the kind: deployment, daemonset or statefulset"),
    "kompose.image-pull-secret": Label("`imagePullSecrets` of the pod", PULL_SECRETS),
    "kompose.image-pull-policy": Label("`imagePullPolicy`", PULL_POLICY, lambda text: _PULL[text.lower()]),
    "kompose.security-context.fsgroup": Label("`fsGroup` of the pod", FS_GROUP, int),
    "kompose.volume.size": Label("the size of the claims of the service; on a volume, of that volume's"),
    "kompose.volume.storage-class-name": Label("the storage class of the claims of the service"),
    "kompose.volume.type": Label("`emptyDir`: the named volumes of the service live as long as the pod"),
    "kompose.volume.subpath": Label("`subPath` of the claims of the service"),
    "kompose.cronjob.schedule": Label("a CronJob with this schedule"),
    "kompose.cronjob.concurrency_policy": Label("`concurrencyPolicy` of the CronJob"),
    "kompose.cronjob.backoff_limit": Label("`backoffLimit`", RETRIES, int),
    **{
        f"kompose.init.containers.{part}": Label("an init container with this " + part) for part in ("name", "image", "command")
    },
    **{
        f"{READINESS_LABELS}{part}": Label("the readiness probe; the `healthcheck` then is the liveness probe")
        for part in "disable test interval timeout retries start_period http_get_path http_get_port tcp_port".split()
    },
    **{f"{LIVENESS_LABELS}{part}": Label("the liveness probe") for part in ("http_get_path", "http_get_port", "tcp_port")},
    "kompose.hpa.replicas.min": Label("the least number of pods of an autoscaler; default 1"),
    "kompose.hpa.replicas.max": Label("the largest number of pods of an autoscaler; default 3, never below the least"),
    "kompose.hpa.cpu": Label(
        "the share of the requested CPU in percent that an autoscaler keeps to; default 50 without one of memory"
    ),
    "kompose.hpa.memory": Label("the share of the requested memory in percent that an autoscaler keeps to"),
    "kompose.service.group": Label("nothing, as in kompose without `--service-group-mode`"),
}
"""Every label that is read, with what becomes of it."""
_NODE_PORT = ("a port of the node (hostPort) for each port", "ask for kompose.service.type: nodeport")
_SCRATCH = ("of the container's own layer, logs and emptyDir volumes", "set resources of ephemeral-storage by an overlay")
UNREAD: dict[str, tuple[str, str]] = {
    "kompose.controller.port.expose": _NODE_PORT,
    "kompose.controller.expose.port": _NODE_PORT,
    "kompose.service.expose.path": (
        "nothing: kompose does not read it either",
        "write the path behind the host: kompose.service.expose",
    ),
    "kompose.volume.selector": (
        "a selector of persistent volumes, on a top-level volume",
        "set the claim's selector by an overlay",
    ),
    "kompose.ephemeral-storage.request": (f"a request {_SCRATCH[0]}, in `deploy.labels`", _SCRATCH[1]),
    "kompose.ephemeral-storage.limit": (f"a limit {_SCRATCH[0]}, in `deploy.labels`", _SCRATCH[1]),
}
"""Labels of kompose that are reported instead, with what they ask for and what to do."""


def unread(name: str) -> str:
    """What a label asks for that is not read, and what to do; its name, if kompose does not know it."""
    return ": ".join((name[:80], *UNREAD.get(name, ())))


FIELDS = (
    AUTOSCALE,
    *dict.fromkeys(label.field for label in LABELS.values() if label.field is not None),
    HEADLESS,
    INITS,
    LIVENESS,
    READINESS,
    SCHEDULE,
)


def given(service: Mapping) -> dict[str, str]:
    """The labels of kompose that a service carries."""
    labels = service.get("labels")
    entries = labels.entries.items() if isinstance(labels, Mapping) else ()
    return {name: str(node.value or "") for name, node in entries if name.startswith(PREFIX) and isinstance(node, Scalar)}


def effects(name: str, node: Node, labels: dict[str, str], *, of_job: bool = False) -> Iterator[Effect]:
    """What one label does; ``labels`` are all of kompose's on the service."""
    if of_job and name.startswith("kompose.cronjob."):
        yield Use("the triggers of the job say when it runs", of=node)
        return
    label, text = LABELS.get(name), labels.get(name, "")
    if label is None:
        is_off = name.startswith("kompose.controller.") and name in UNREAD and text.lower() == "false"
        yield Use("false: no port of the node", of=node) if is_off else Lose("kompose-label", of=node, detail=unread(name))
        return
    yield Use("read as kompose reads it", of=node)
    if not is_legal(name, text):
        yield Lose("kompose-value", of=node, detail=name)
        return
    try:
        yield from _effects(name, label, node, text, labels)
    except (ValueError, KeyError, ArithmeticError):
        yield Lose("kompose-value", of=node, detail=name)


def _effects(name: str, label: Label, node: Node, text: str, labels: dict[str, str]) -> Iterator[Effect]:
    if name == "kompose.service.type":
        kind = text.lower()
        if kind == "headless":
            yield Fill(HEADLESS, True, of=node)
        else:
            yield Use("ClusterIP: the default", of=node) if kind == "clusterip" else Fill(SERVICE_TYPE, _TYPES[kind], of=node)
    elif label.field is not None:
        yield Fill(label.field, label.read(text), of=node)
    elif name.startswith("kompose.cronjob.") and is_legal(
        "kompose.cronjob.schedule", labels.get("kompose.cronjob.schedule", "")
    ):
        overlap = labels.get("kompose.cronjob.concurrency_policy", "")
        timing = Timing(labels["kompose.cronjob.schedule"], "", OVERLAPS.get(overlap.lower(), ""))
        yield Fill(SCHEDULE, timing, of={"cron" if name.endswith("schedule") else "concurrency": node})
    elif name.startswith(READINESS_LABELS):
        probe = _probe(READINESS_LABELS, labels)
        yield Fill(READINESS, probe, of=node) if probe else Use("no readiness probe", of=node)
    elif name.startswith(LIVENESS_LABELS):
        probe = _probe(LIVENESS_LABELS, labels)
        yield Fill(LIVENESS, probe, of=node) if probe else Use("no liveness probe", of=node)
    elif name.startswith(_AUTOSCALER):
        yield Fill(AUTOSCALE, _autoscale(labels), of=node)
    elif name.startswith("kompose.init.containers.") and "kompose.init.containers.image" in labels:
        yield Fill(INITS, _init(labels), of=node)
    else:
        yield Use(label.becomes, of=node)


def _autoscale(labels: dict[str, str]) -> Autoscale:
    """The labels of an autoscaler together, with the defaults of kompose."""
    given = {
        name.removeprefix(_AUTOSCALER): int(text.removesuffix("%")) for name, text in labels.items() if _AUTOSCALER in name
    }
    if not all(0 < number <= _MOST_INT32 for number in given.values()):
        raise ValueError(labels)
    least, memory = given.get("replicas.min", 1), given.get("memory", 0)
    most = max(least, given.get("replicas.max", _MOST_PODS))
    return Autoscale(least, most, given.get("cpu", 0 if memory else _CPU_SHARE), memory)


def _probe(prefix: str, labels: dict[str, str]) -> Probe | None:
    own = {name.removeprefix(prefix): text for name, text in labels.items() if name.startswith(prefix)}
    check: ExecProbe | HttpProbe | TcpProbe
    if own.get("disable", "").lower() == "true":
        return None
    if "http_get_port" in own:
        check = HttpProbe(own.get("http_get_path", "/"), _port(own["http_get_port"]))
    elif "tcp_port" in own:
        check = TcpProbe(_port(own["tcp_port"]))
    elif "test" in own:
        check = ExecProbe(_test(own["test"]))
    else:
        return None
    return Probe(
        check,
        _whole(own.get("interval"), 30),
        _whole(own.get("timeout"), 30),
        max(1, int(own.get("retries", "3"))),
        math.ceil(seconds(own["start_period"])) if "start_period" in own else 0,
    )


def _whole(text: str | None, default: int) -> int:
    return math.ceil(seconds(text)) or default if text else default


def _test(text: str) -> tuple[str, ...]:
    """``CMD a b``, ``CMD-SHELL text``, ``["CMD", "a"]`` or a shell's text."""
    words = re.findall(r'"([^"]*)"', text) if text.startswith("[") else []
    if words[:1] == ["CMD"]:
        return tuple(escape(word) for word in words[1:])
    if text.startswith("CMD "):
        return tuple(escape(word) for word in text.split()[1:])
    shell = words[-1] if words else text.removeprefix("CMD-SHELL").strip()
    return ("/bin/sh", "-c", escape(shell))


def _init(labels: dict[str, str]) -> InitUse:
    text = labels.get("kompose.init.containers.command", "")
    words = re.findall(r'"([^"]*)"', text) if text.startswith("[") else text.split()
    name = labels.get("kompose.init.containers.name", "init")
    return InitUse(name, labels["kompose.init.containers.image"], tuple(escape(word) for word in words))
