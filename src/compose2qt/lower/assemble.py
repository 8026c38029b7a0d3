"""Drafts, plan and peers to workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.lower.environment import service_name
from compose2qt.lower.fields import (
    ANNOTATIONS,
    BUILD_CONTEXT,
    CAPABILITIES_ADD,
    CAPABILITIES_DROP,
    COMMAND,
    CPU_LIMIT,
    CPU_REQUEST,
    ENTRYPOINT,
    GRACE_PERIOD,
    GROUPS,
    HOST_ALIASES,
    HOSTNAME,
    IMAGE,
    MEMORY_LIMIT,
    MEMORY_REQUEST,
    NO_NEW_PRIVILEGES,
    PRIVILEGED,
    PULL_POLICY,
    READ_ONLY_ROOT,
    READINESS,
    REPLICAS,
    RESTART,
    RUN_AS_GROUP,
    RUN_AS_USER,
    STDIN,
    SYSCTLS,
    TTY,
    WORKING_DIR,
)
from compose2qt.lower.network import READY_SUFFIX
from compose2qt.workload import (
    Container,
    Kind,
    OriginKind,
    Pod,
    Quantity,
    Resources,
    Security,
    Traced,
    Workload,
    assumed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.environment import Environment
    from compose2qt.lower.storage import Storage
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.workload import ContainerPort, Endpoint

WAIT_IMAGE = "alpine:3.22.2"
"""Small, with a resolver that follows the pod's search domains; pinned, and replaceable in the mapping."""
# Requests where Compose states none: without them the scheduler counts nothing, or a bare limit as the request.
_CPU_REQUEST = Quantity.parse("50m")
_MEMORY_REQUEST = Quantity.parse("64Mi")
_NOT_STATED = "Compose states no reservation"


def resources(target: TargetPlan, draft: Draft) -> Resources:
    """Requests and limits: the mapping's class, else Compose's, with a small assumed request where it states none."""
    if target.resources is not None:
        return target.resources
    return Resources(
        _request(draft.one(CPU_REQUEST), draft.one(CPU_LIMIT), _CPU_REQUEST),
        _request(draft.one(MEMORY_REQUEST), draft.one(MEMORY_LIMIT), _MEMORY_REQUEST),
        draft.one(CPU_LIMIT),
        draft.one(MEMORY_LIMIT),
    )


def _request(stated: Traced[Quantity] | None, limit: Traced[Quantity] | None, default: Quantity) -> Traced[Quantity]:
    if stated is not None:
        return stated
    amount = min(limit.value, default) if limit else default
    return assumed(amount, _NOT_STATED, "assumed: measure and set it")


def image(target: TargetPlan, draft: Draft) -> Traced[str]:
    """The image: the mapping's, else Compose's, else the one that is built from the service's context."""
    if target.image is not None:
        own = draft.one(IMAGE)
        same = own is not None and own.value == target.image.value
        return Traced(target.image.value, target.image.origins + (own.origins if own and same else ()))
    made = draft.one(IMAGE) or assumed(target.name, "built from the service's context", "to be built: see README.md")
    context = draft.one(BUILD_CONTEXT)
    return Traced(made.value, made.origins + (context.origins if context else ()), made.note)


def container(
    target: TargetPlan, draft: Draft, environment: Environment, storage: Storage, ports: tuple[Traced[ContainerPort], ...]
) -> Container:
    """The main container."""
    built = draft.one(IMAGE) is None and target.image is None
    return Container(
        target.name,
        image(target, draft),
        draft.one(PULL_POLICY) or (assumed("IfNotPresent", "the image is built locally") if built else None),
        target.command or draft.one(ENTRYPOINT),
        target.args or draft.one(COMMAND),
        target.working_dir or draft.one(WORKING_DIR),
        environment.env,
        environment.env_from,
        ports,
        resources(target, draft),
        target.readiness or draft.one(READINESS),
        target.liveness,
        target.startup,
        storage.mounts,
        security(draft),
        draft.one(STDIN),
        draft.one(TTY),
    )


def security(draft: Draft) -> Security:
    """The container's security context."""
    escalation = draft.one(NO_NEW_PRIVILEGES)
    return Security(
        draft.one(RUN_AS_USER),
        draft.one(RUN_AS_GROUP),
        draft.one(PRIVILEGED),
        draft.one(READ_ONLY_ROOT),
        escalation,
        draft.all(CAPABILITIES_ADD),
        draft.all(CAPABILITIES_DROP),
    )


def waiting(peer: TargetPlan, origins: Traced[object], wait_image: Traced[str] | None) -> Container:
    """An init container that ends when ``peer`` is ready: its ready name resolves only then. It needs no cluster rights."""
    name = service_name(peer) + READY_SUFFIX
    script = f"until getent ahosts {name} >/dev/null; do echo waiting for {name}; sleep 2; done"
    small = assumed(Quantity.parse("10m"), "a loop that sleeps"), assumed(Quantity.parse("16Mi"), "a loop that sleeps")
    limits = assumed(Quantity.parse("100m"), "a loop that sleeps"), assumed(Quantity.parse("32Mi"), "a loop that sleeps")
    return Container(
        f"wait-for-{peer.name}"[:63].rstrip("-"),
        wait_image or assumed(WAIT_IMAGE, "pinned"),
        command=origins.map(lambda _: ("/bin/sh", "-c", script)),
        resources=Resources(*small, *limits),
    )


def kind(target: TargetPlan) -> Kind:
    """The controller: the plan's."""
    return target.kind.value if target.kind else Kind.DEPLOYMENT


def recreate(target: TargetPlan, storage: Storage, plan: Plan) -> Traced[bool] | None:
    """Whether the old pod must stop first: a Deployment on a claim that one node mounts would deadlock or share data."""
    shared = {claim.name for claim in plan.claims if claim.access_mode.value == "ReadWriteMany"}
    single = [name for name in storage.claims if name not in shared]
    if kind(target) is not Kind.DEPLOYMENT or not single:
        return None
    return assumed(True, "a claim that one node mounts", f"claim {single[0]} is mounted by one pod at a time")


def workload(
    target: TargetPlan,
    draft: Draft,
    main: Container,
    storage: Storage,
    *,
    waits: Iterable[tuple[TargetPlan, Traced[object]]],
    services: tuple[Endpoint, ...],
    colocate: Traced[str] | None,
    plan: Plan,
) -> Workload:
    """The workload of ``target``."""
    pod = Pod(
        (main,),
        tuple(waiting(peer, origins, plan.wait_image) for peer, origins in waits),
        storage.volumes,
        draft.one(HOSTNAME),
        draft.all(HOST_ALIASES),
        draft.one(GRACE_PERIOD),
        draft.one(RESTART),
        None,
        draft.all(GROUPS),
        draft.all(SYSCTLS),
        colocate,
        tuple((traced.value[0], traced.map(lambda pair: pair[1])) for traced in draft.all(ANNOTATIONS)),
    )
    controller = kind(target)
    return Workload(
        target.name,
        controller,
        None if controller is Kind.DAEMON_SET else target.replicas or draft.one(REPLICAS),
        pod,
        services,
        target.labels,
        target.selector,
        recreate(target, storage, plan),
        target.sources,
        target.folder,
        target.purpose,
        target.origin.reason if target.origin.kind is OriginKind.MAPPING else "",
    )
