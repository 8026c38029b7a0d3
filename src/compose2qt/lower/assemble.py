"""Drafts, plan and peers to containers, pods and workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from compose2qt.lower.argv import argv
from compose2qt.lower.attributes.life import handler
from compose2qt.lower.engine import give_way
from compose2qt.lower.fields import (
    ANNOTATIONS,
    APPARMOR,
    CAPABILITIES_ADD,
    CAPABILITIES_DROP,
    COMMAND,
    CPU_LIMIT,
    CPU_REQUEST,
    DEVICES,
    ENTRYPOINT,
    GRACE_PERIOD,
    GROUPS,
    HOST_ALIASES,
    HOST_IPC,
    HOST_NETWORK,
    HOST_PID,
    HOSTNAME,
    HOSTNAME_OVERRIDE,
    IMAGE,
    LIVENESS,
    MEMORY_LIMIT,
    MEMORY_REQUEST,
    NO_NEW_PRIVILEGES,
    NODE_SELECTOR,
    POST_START,
    PRE_STOP,
    PRIVILEGED,
    PULL_POLICY,
    PULL_SECRETS,
    READ_ONLY_ROOT,
    READINESS,
    RESTART,
    RUN_AS_GROUP,
    RUN_AS_USER,
    SECCOMP,
    SERVICE_ACCOUNT,
    SHARE_PROCESSES,
    STDIN,
    SYSCTLS,
    TTY,
    WORKING_DIR,
    Field,
)
from compose2qt.lower.images import image
from compose2qt.lower.network import CHECKED
from compose2qt.lower.probes import lifted
from compose2qt.lower.references import follow, follow_words
from compose2qt.lower.shapes import Hook
from compose2qt.mapping.infer import shortened
from compose2qt.workload import Container, ExecProbe, Kind, Pod, Probe, Quantity, Resources, Security, Traced, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.environment import Environment
    from compose2qt.lower.shapes import InitUse
    from compose2qt.lower.storage import Storage
    from compose2qt.mapping.plan import Host, TargetPlan
    from compose2qt.workload import ContainerPort, Mount, Volume

T = TypeVar("T")
WAIT_IMAGE = "alpine:3.22.2"
"""Small, with a resolver that follows the pod's search domains; pinned, and replaceable in the mapping."""
GRACE = 10
"""The seconds that Docker leaves a container between the stop signal and the kill."""
# Requests where Compose states none: without them the scheduler counts nothing, or a bare limit as the request.
_CPU_REQUEST = Quantity.parse("50m")
_MEMORY_REQUEST = Quantity.parse("64Mi")
_NOT_STATED = "no reservation is stated"
_SMALL = Resources(
    assumed(Quantity.parse("10m"), "a small program"),
    assumed(Quantity.parse("16Mi"), "a small program"),
    assumed(Quantity.parse("100m"), "a small program"),
    assumed(Quantity.parse("32Mi"), "a small program"),
)


def resources(target: TargetPlan, draft: Draft) -> Resources:
    """Requests and limits: the mapping's class, else Compose's, with a small assumed request where it states none."""
    extended: dict[str, Traced[int]] = {}
    for traced in draft.all(DEVICES):
        (name, count), held = traced.value, extended.get(traced.value[0])
        extended[name] = Traced(count + (held.value if held else 0), (held.origins if held else ()) + traced.origins)
    own = target.resources or Resources(
        draft.one(CPU_REQUEST), draft.one(MEMORY_REQUEST), draft.one(CPU_LIMIT), draft.one(MEMORY_LIMIT)
    )
    return replace(
        own,
        cpu_request=_request(draft, own.cpu_request, own.cpu_limit, _CPU_REQUEST),
        memory_request=_request(draft, own.memory_request, own.memory_limit, _MEMORY_REQUEST),
        extended=tuple(extended.items()),
    )


def _request(
    draft: Draft, stated: Traced[Quantity] | None, limit: Traced[Quantity] | None, default: Quantity
) -> Traced[Quantity]:
    if stated is not None and limit is not None and limit.value < stated.value:
        draft.lose("deploy.resources", "above-limit", (origin.span for origin in stated.origins if origin.span))
        return limit.with_note("the limit")
    if stated is not None:
        return stated
    amount = min(limit.value, default) if limit else default
    return assumed(amount, _NOT_STATED, "assumed: measure and set it")


def container(
    target: TargetPlan,
    draft: Draft,
    environment: Environment,
    storage: Storage,
    ports: tuple[Traced[ContainerPort], ...] = (),
    *,
    hosts: Mapping[str, Host],
    local: Mapping[str, Host],
    name: str = "",
) -> Container:
    """A container. ``local`` are the names of its own workload, which its health check reaches on loopback."""
    command, args = argv(_followed(draft.one(ENTRYPOINT), hosts), _followed(draft.one(COMMAND), hosts))
    numbers = [port.value.number for port in ports if port.value.protocol == "TCP" and CHECKED not in port.note]
    return Container(
        name or target.name,
        image(target, draft),
        pull_policy(target, draft),
        target.command or command,
        target.args or args,
        target.working_dir or draft.one(WORKING_DIR),
        environment.env,
        environment.env_from,
        ports,
        resources(target, draft),
        target.readiness or _probe(draft.one(READINESS), numbers, hosts, local),
        target.liveness or _probe(draft.one(LIVENESS), numbers, hosts, local),
        target.startup,
        storage.mounts,
        security(draft),
        draft.one(STDIN),
        draft.one(TTY),
        _hook(draft, POST_START, hosts),
        _hook(draft, PRE_STOP, hosts),
    )


def pull_policy(target: TargetPlan, draft: Draft) -> Traced[str] | None:
    """When the image is pulled: as Compose says; one that has no name elsewhere is not pulled if it is there."""
    built = draft.one(IMAGE) is None and target.image is None
    return draft.one(PULL_POLICY) or (assumed("IfNotPresent", "the image is built locally") if built else None)


def filling(
    target: TargetPlan, draft: Draft, name: str, command: Traced[tuple[str, ...]], mounts: tuple[Mount, ...]
) -> Container:
    """A container of a target's own image and user that prepares what the target mounts."""
    made, rights = small_container(name, image(target, draft), command, mounts), security(draft)
    if rights.capabilities_drop and (rights.run_as_user is None or rights.run_as_user.value == 0):
        rights = replace(rights, capabilities_add=(*rights.capabilities_add, *_OF_A_COPY))
    return replace(made, pull_policy=pull_policy(target, draft), security=rights)


_OF_A_COPY = tuple(
    assumed(right, "root copies files of other users, and keeps their owners") for right in ("CHOWN", "DAC_OVERRIDE", "FOWNER")
)


def _followed(vector: Traced[tuple[str, ...]] | None, hosts: Mapping[str, Host]) -> Traced[tuple[str, ...]] | None:
    return vector.map(lambda words: follow_words(words, hosts)) if vector is not None else None


def _probe(
    probe: Traced[Probe] | None, ports: list[int], hosts: Mapping[str, Host], local: Mapping[str, Host]
) -> Traced[Probe] | None:
    """A health check: names are followed, its own name is loopback, and the kubelet makes it where it can."""
    if probe is None:
        return None
    check = probe.value.check
    if isinstance(check, ExecProbe):
        words = follow_words(follow_words(check.command, local), hosts)
        one = probe.value
        moved = Probe(ExecProbe(words), one.period, one.timeout, one.failures, one.initial_delay)
        probe = probe.map(lambda _: moved)
    return lifted(probe, ports)


def _hook(draft: Draft, field: Field[Hook], hosts: Mapping[str, Host]) -> Traced[tuple[str, ...]] | None:
    hooks = merged_equal(draft.all(field))
    origins = tuple(origin for hook in hooks for origin in hook.origins)
    return Traced(handler(tuple(_followed_hook(hook.value, hosts) for hook in hooks)), origins) if hooks else None


def _followed_hook(hook: Hook, hosts: Mapping[str, Host]) -> Hook:
    environment = tuple((name, follow(value, hosts, name)) for name, value in hook.environment)
    return Hook(follow_words(hook.command, hosts), hook.working_dir, environment)


def merged_equal(values: Iterable[Traced[T]]) -> list[Traced[T]]:
    """Each value once, with the origins of all that are equal: several leaves that make one thing."""
    found: list[Traced[T]] = []
    for traced in values:
        at = next((index for index, held in enumerate(found) if held.value == traced.value), None)
        if at is None:
            found.append(traced)
        else:
            found[at] = Traced(found[at].value, found[at].origins + traced.origins, found[at].note)
    return found


def security(draft: Draft) -> Security:
    """The container's security context. What may do everything cannot be kept from gaining more: the API refuses it."""
    escalation, privileged = draft.one(NO_NEW_PRIVILEGES), draft.one(PRIVILEGED)
    added = draft.all(CAPABILITIES_ADD)
    if escalation and ((privileged and privileged.value) or any(one.value in ("SYS_ADMIN", "ALL") for one in added)):
        spans = (origin.span for origin in escalation.origins if origin.span)
        draft.used.update(dict.fromkeys(spans, "the container may do everything already"))
        escalation = None
    return Security(
        draft.one(RUN_AS_USER),
        draft.one(RUN_AS_GROUP),
        privileged,
        draft.one(READ_ONLY_ROOT),
        escalation,
        added,
        draft.all(CAPABILITIES_DROP),
        draft.one(SECCOMP),
        draft.one(APPARMOR),
    )


def waiting(peer: TargetPlan, ready: str, origins: Traced[object], wait_image: Traced[str] | None) -> Container:
    """An init container that ends when ``peer`` is ready: its ready name resolves only then. It needs no cluster rights."""
    script = f"until getent ahosts {ready} >/dev/null; do echo waiting for {ready}; sleep 2; done"
    name = shortened(f"wait-for-{peer.name}", 63)
    made = small_container(name, wait_image, origins.map(lambda _: ("/bin/sh", "-c", script)))
    return replace(made, security=_HARMLESS)


_HARMLESS = Security(
    run_as_user=assumed(65534, "it needs no rights"),
    read_only_root=assumed(True, "it writes nothing"),
    no_new_privileges=assumed(True, "it needs no rights"),
    capabilities_drop=(assumed("ALL", "it needs no rights"),),
)


OF_A_SEED = Security(
    read_only_root=assumed(True, "it writes to the claim alone"),
    no_new_privileges=assumed(True, "it needs no rights"),
    capabilities_add=(assumed("DAC_OVERRIDE", "the claim may be another user's"),),
    capabilities_drop=(assumed("ALL", "it needs no other rights"),),
)
"""Of a container of our own that copies files into a claim."""


def small_container(
    name: str, given_image: Traced[str] | None, command: Traced[tuple[str, ...]], mounts: tuple[Mount, ...] = ()
) -> Container:
    """A container of our own that runs a shell script."""
    return Container(name, given_image or assumed(WAIT_IMAGE, "pinned"), command=command, resources=_SMALL, mounts=mounts)


def init_container(use: Traced[InitUse]) -> Container:
    """An init container that a label of kompose asks for."""
    one = use.value
    command = use.map(lambda _: one.command) if one.command else None
    name = shortened("-".join(part for part in one.name.lower().replace("_", "-").split() if part) or "init", 63)
    return Container(name, use.map(lambda _: one.image), command=command, resources=_SMALL)


def pod(
    target: TargetPlan,
    draft: Draft,
    containers: tuple[Container, ...],
    init_containers: tuple[Container, ...],
    volumes: tuple[Volume, ...],
    *,
    labels: tuple[tuple[str, Traced[str]], ...] = (),
    colocate: Traced[str] | None = None,
    group: Traced[int] | None = None,
) -> Pod:
    """The pod of a workload."""
    return Pod(
        containers,
        _with_unique_names(init_containers, containers),
        volumes,
        draft.one(HOSTNAME),
        tuple(merged_equal(draft.all(HOST_ALIASES))),
        draft.one(GRACE_PERIOD) or (assumed(GRACE, "Docker's default") if target.sources else None),
        draft.one(RESTART),
        group,
        tuple(merged_equal(draft.all(GROUPS))),
        tuple(Traced((key, value.value), value.origins, value.note) for key, value in _pairs(draft, SYSCTLS)),
        colocate,
        _pairs(draft, ANNOTATIONS),
        labels,
        _pairs(draft, NODE_SELECTOR),
        draft.one(HOST_NETWORK),
        draft.one(HOST_PID),
        draft.one(HOST_IPC),
        draft.one(SHARE_PROCESSES),
        _hostname_override(draft),
        draft.one(SERVICE_ACCOUNT),
        tuple(merged_equal(draft.all(PULL_SECRETS))),
    )


def _hostname_override(draft: Draft) -> Traced[str] | None:
    """A host name with dots; a pod on the network of its node has the node's name."""
    if draft.one(HOST_NETWORK) is None:
        return draft.one(HOSTNAME_OVERRIDE)
    draft.used.update(dict.fromkeys(draft.spans(HOSTNAME_OVERRIDE), "the pod has the name of its node"))
    return None


def _pairs(draft: Draft, field: Field[tuple[str, str]]) -> tuple[tuple[str, Traced[str]], ...]:
    """Keys with their values; of two values of one key the first stands, and the ledger says so of the other."""
    found: dict[str, Traced[str]] = {}
    for traced in draft.all(field):
        key, value = traced.value
        held = found.get(key)
        if held is None:
            found[key] = Traced(value, traced.origins, traced.note)
        elif held.value == value:
            found[key] = Traced(value, held.origins + traced.origins, held.note)
        else:
            give_way(draft, "taken", (traced,), key)
    return tuple(found.items())


def _with_unique_names(containers: Iterable[Container], taken: Iterable[Container]) -> tuple[Container, ...]:
    """Init containers with names of their own in the pod."""
    names = {one.name for one in taken}
    found: list[Container] = []
    for one in containers:
        name, count = one.name, 2
        while name in names:
            name, count = f"{shortened(one.name, 59)}-{count}", count + 1
        names.add(name)
        found.append(one if name == one.name else replace(one, name=name))
    return tuple(found)


def kind(target: TargetPlan) -> Kind:
    """The controller: the plan's."""
    return target.kind.value if target.kind else Kind.DEPLOYMENT


def recreate(target: TargetPlan, single: Sequence[str]) -> Traced[bool] | None:
    """Whether the old pod must stop first: a Deployment on a claim that one node mounts would deadlock or share data.

    ``single`` are the claims of its pod that only one node mounts.
    """
    if kind(target) is not Kind.DEPLOYMENT or not single:
        return None
    return assumed(True, "a claim that one node mounts", f"claim {single[0]} is on one node: the old pod goes first")
