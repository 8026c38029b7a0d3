"""Start, stop, restart, placement and replacement."""

import math
import shlex
from collections.abc import Iterator

from msgspec.structs import replace

from compose2qt.diagnostic import Severity
from compose2qt.kube.names import is_label_value, is_qualified_name
from compose2qt.kube.schedule import mistake, plain_sundays
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import (
    GRACE_PERIOD,
    MIN_READY,
    NODE_SELECTOR,
    POST_START,
    PRE_STOP,
    RESTART,
    RETRIES,
    ROLLING,
    SCHEDULE,
    WAITS,
    Field,
)
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart, runs_containers
from compose2qt.lower.shapes import (
    Dependency,
    Hook,
    HookCommand,
    Placement,
    RestartPolicy,
    Schedule,
    Seconds,
    Timing,
    UpdateConfig,
    Wait,
)
from compose2qt.lower.shell import has_variable, quoted
from compose2qt.source import Mapping, Scalar
from compose2qt.workload import Rolling


@converts(
    "depends_on",
    Fidelity.PARTIAL,
    fields=(WAITS,),
    losses={
        "completed": Lost(
            "several workloads wait for the end of the other, or it has a schedule, several runs or another platform, so it is "
            "a Job of its own, which runs for all; a pod without rights in the cluster cannot see its end, so they start at "
            "once, and again while they fail",
            "apply the Job first, and kubectl wait --for=condition=complete; or let one service alone wait for its end "
            "(it runs then before each pod of that service), and the others for that service with service_healthy",
        ),
        "order": Lost(
            "pods start in any order; the other's name resolves as soon as its Service exists",
            "let the program retry, or wait with service_healthy",
            Severity.INFO,
        ),
        "once": Lost(
            "it runs once, and a pod sees of one with a health check only when it is healthy, which may be by this one's work: "
            "if the other does not answer yet, this one fails and is not tried again",
            "wait with service_healthy, or let it run again with restart: on-failure",
            Severity.WARNING,
        ),
        "restart": Lost("Kubernetes does not restart a pod when another restarts", "let the program reconnect", Severity.INFO),
        "left-out": Lost("the service that this one waits for is not converted", "see the mapping's reason", Severity.INFO),
        "ends": Lost(
            "the other is a Job, which is ready only while it runs: nothing waits for it",
            "wait for its end (service_completed_successfully), or make it a Deployment in the mapping",
        ),
        "off": Lost("no container of the other is to run, so nothing waits for it", "scale it up first", Severity.INFO),
        "blocked": Lost(
            "the workload that this one waits for needs a decision before it may run", "decide about it first", Severity.WARNING
        ),
        "mutual": Lost("the two run in one pod, or wait for each other: nothing waits", "let the program retry", Severity.INFO),
    },
)
def depends_on(value: dict[str, Dependency], plan: ServicePlan) -> Iterator[Effect]:
    """``service_healthy``: an init container that waits until the other is ready. ``service_started``: nothing; for a Job that
    is not tried again, an init container that waits, if the other has no health check (it is ready when it runs).

    ``service_completed_successfully``: the other is an init container of the one service that waits for it; if several
    wait, it is a Job.
    """
    for name, dependency in value.items():
        condition = dependency.node.get("condition")
        if name in plan.plan.dropped or not (name in plan.project.services or name in plan.project.jobs):
            yield Lose("left-out", of=dependency.node)
        elif dependency.condition in ("service_healthy", "service_completed_successfully"):
            completed = dependency.condition == "service_completed_successfully"
            yield Fill(WAITS, Wait(name, completed), of=condition or dependency.node)
        elif condition is not None and _runs_once(plan):
            yield Fill(WAITS, Wait(name, started=True), of=condition)
        elif condition is not None:
            yield Lose("order", of=condition)
        if required := dependency.node.get("required"):
            yield Use("decided by the loader", of=required)
        if restart := dependency.node.get("restart"):
            yield Lose("restart", of=restart) if dependency.restart else Use("false: the default", of=restart)


def _runs_once(plan: ServicePlan) -> bool:
    """Whether it is a Job that a failure ends."""
    deploy = plan.service.node.get("deploy")
    policy = deploy.get("restart_policy") if isinstance(deploy, Mapping) else None
    stated = policy.get("condition") if isinstance(policy, Mapping) else plan.service.node.get("restart")
    return plan.target.ends and not plan.target.init_of and isinstance(stated, Scalar) and stated.value in ("no", "none")


_RESTART_LOSSES = {
    "always": Lost(
        "the workload goes on running for others, so Kubernetes starts its container again when it ends",
        "declare the kind Job in the mapping if it runs to an end",
    ),
    "job": Lost("a Job ends: Kubernetes starts it again only after a failure", "declare the kind Deployment in the mapping"),
    "attempts": Lost("Kubernetes goes on restarting, at growing intervals", "watch for CrashLoopBackOff", Severity.INFO),
    "pace": Lost("Kubernetes chooses the pace of restarts: 10 s, doubling up to 5 min", "", Severity.INFO),
}


@converts("restart", Fidelity.PARTIAL, fields=(RESTART, RETRIES), losses=_RESTART_LOSSES)
def restart(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """``restartPolicy`` of the pod; ``unless-stopped`` is Always. ``on-failure:3`` of a Job is ``backoffLimit``.

    Where Compose says nothing, Docker leaves a container that ended as it is, and a Deployment starts it again.
    """
    deploy = plan.service.node.get("deploy")
    if isinstance(deploy, Mapping) and deploy.get("restart_policy") is not None:
        yield Use("`deploy.restart_policy` decides")
        return
    policy, _, attempts = value.partition(":")
    yield from _restart(policy, int(attempts) if attempts.isdecimal() else None, plan)


def _restart(policy: str, attempts: int | None, plan: ServicePlan) -> Iterator[Effect]:
    if plan.target.init_of:
        yield Use("an init container starts again until it ends well")
    elif plan.target.ends:
        if policy in ("always", "unless-stopped", "any"):
            yield Fill(RESTART, "OnFailure")
            yield Lose("job")
        else:
            yield Fill(RESTART, "OnFailure" if policy == "on-failure" else "Never")
        if attempts is not None:
            yield Fill(RETRIES, attempts)
    elif policy in ("always", "unless-stopped", "any"):
        yield Fill(RESTART, "Always")
    else:
        yield Lose("always")


@converts("deploy.restart_policy", Fidelity.PARTIAL, fields=(RESTART, RETRIES), losses=_RESTART_LOSSES)
def restart_policy(value: RestartPolicy, plan: ServicePlan) -> Iterator[Effect]:
    """Like ``restart``, over which it wins where both are set. ``max_attempts`` of a Job is ``backoffLimit``."""
    node = value.node
    if condition := node.get("condition"):
        for effect in _restart(value.condition, None, plan):
            yield replace(effect, of=condition)
    if attempts := node.get("max_attempts"):
        if value.max_attempts == 0:
            yield Use("0: no limit of attempts", of=attempts)
        elif value.max_attempts is not None and plan.target.ends:
            yield Fill(RETRIES, value.max_attempts, of=attempts)
        else:
            yield Lose("attempts", of=attempts)
    for key in ("delay", "window"):
        if part := node.get(key):
            yield Lose("pace", of=part)


@converts("stop_grace_period", Fidelity.FULL, fields=(GRACE_PERIOD,))
def stop_grace_period(value: Seconds, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``terminationGracePeriodSeconds``, rounded up. Where Compose says nothing, Docker's 10 seconds are written."""
    yield Fill(GRACE_PERIOD, math.ceil(value))


has_no_counterpart(
    "stop_signal",
    "the signal is the image's STOPSIGNAL (the field for it is not on by default up to 1.37)",
    "set STOPSIGNAL in the Dockerfile",
)


# Hooks --------------------------------------------------------------------------------------------------------------

_HOOK_LOSSES = {
    "user": Lost("a hook runs as the user of its container", "do it in the entrypoint, or as that user"),
    "privileged": Lost("a hook has the privileges of its container", "do it on the node", Severity.ERROR),
    "no-command": Lost("there is nothing to run", "give it a command"),
    "one-shot": Lost(
        "it runs before the service that waits for its end, as an init container, which has no hooks",
        "do it in its command; with kind Job in the mapping it keeps its hooks, but nobody waits for its end",
    ),
}


@converts("post_start", Fidelity.PARTIAL, fields=(POST_START,), losses=_HOOK_LOSSES)
def post_start(value: tuple[HookCommand, ...], plan: ServicePlan) -> Iterator[Effect]:
    """``lifecycle.postStart``. Several commands run one after another in a shell."""
    yield from _hooks(value, POST_START, plan)


@converts("pre_stop", Fidelity.PARTIAL, fields=(PRE_STOP,), losses=_HOOK_LOSSES)
def pre_stop(value: tuple[HookCommand, ...], plan: ServicePlan) -> Iterator[Effect]:
    """``lifecycle.preStop``: it runs within the grace period. Several commands run one after another in a shell."""
    yield from _hooks(value, PRE_STOP, plan)


def _hooks(value: tuple[HookCommand, ...], field: Field[Hook], plan: ServicePlan) -> Iterator[Effect]:
    for hook in value:
        if plan.target.init_of:
            yield Lose("one-shot", of=hook.node)
            continue
        if not hook.command:
            yield Lose("no-command", of=hook.node)
            continue
        made = Hook(hook.command, hook.working_dir, tuple((hook.environment or {}).items()))
        for key, node in hook.node.entries.items():
            if key == "user":
                yield Lose("user", of=node)
            elif key == "privileged":
                is_true = isinstance(node, Scalar) and node.value is True
                yield Lose("privileged", of=node) if is_true else Use("false: the default", of=node)
            elif not key.startswith("x-"):
                yield Fill(field, made, of=node)


def handler(hooks: tuple[Hook, ...]) -> tuple[str, ...]:
    """The command of a lifecycle handler for ``hooks``: it has one, and no environment or folder of its own."""
    (first, *others) = hooks
    if not others and not first.working_dir and not first.environment and not has_variable(first.command):
        return first.command
    return ("/bin/sh", "-c", " && ".join(_line(hook) for hook in hooks))


def _line(hook: Hook) -> str:
    folder = f"cd {shlex.quote(hook.working_dir)} && " if hook.working_dir else ""
    variables = [f"{name}={value}" for name, value in hook.environment]
    words = ["env", *variables, *hook.command] if variables else hook.command
    return f"({folder}{' '.join(map(quoted, words))})"


runs_containers(
    "pre_start",
    "Init containers of the pod, in their order, each with the attributes of a service. They run before every replica.",
)


@converts(
    "pre_start[].per_replica",
    Fidelity.PARTIAL,
    losses={
        "once": Lost("init containers run before each replica, and again when a pod is replaced", "make it safe to run twice")
    },
)
def per_replica(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Init containers run before each replica."""
    yield Use("so it is") if value else Lose("once")


# Placement and replacement --------------------------------------------------------------------------------------------


@converts(
    "deploy.mode",
    Fidelity.PARTIAL,
    losses={
        "each-node": Lost("a Job runs in one pod, not on each node", "run it from a DaemonSet's init container, by an overlay")
    },
)
def mode(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The kind: ``global`` is a DaemonSet, ``replicated-job`` and ``global-job`` are Jobs, ``replicated`` the default."""
    yield Lose("each-node") if value == "global-job" else Use("it decides the kind")


_NODE_LABELS = {
    "node.hostname": "kubernetes.io/hostname",
    "node.platform.os": "kubernetes.io/os",
    "node.platform.arch": "kubernetes.io/arch",
}
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@converts(
    "deploy.placement",
    Fidelity.PARTIAL,
    fields=(NODE_SELECTOR,),
    losses={
        "constraint": Lost("this constraint has no node selector", "set affinity by an overlay"),
        "spread": Lost("spreading over nodes is not carried", "set topologySpreadConstraints by an overlay", Severity.INFO),
        "per-node": Lost("a limit of replicas on a node is not carried", "set podAntiAffinity by an overlay"),
    },
)
def placement(value: Placement, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Constraints on labels, name, system and architecture of nodes are ``nodeSelector``: the nodes need those labels."""
    for item in value.constraints.items if value.constraints else ():
        selector = _constraint(str(item.value)) if isinstance(item, Scalar) else None
        yield Fill(NODE_SELECTOR, selector, of=item) if selector else Lose("constraint", of=item)
    if preferences := value.node.get("preferences"):
        yield Lose("spread", of=preferences)
    if limit := value.node.get("max_replicas_per_node"):
        yield Lose("per-node", of=limit)


def _constraint(text: str) -> tuple[str, str] | None:
    key, equals, wanted = (part.strip() for part in text.partition("=="))
    if not equals:
        return None
    label = _NODE_LABELS.get(key) or (key.removeprefix("node.labels.") if key.startswith("node.labels.") else "")
    found = _ARCHITECTURES.get(wanted, wanted) if key == "node.platform.arch" else wanted
    return (label, found) if is_qualified_name(label) and is_label_value(found) else None


_UPDATE_LOSSES = {
    "kind": Lost(
        "pods of this workload are replaced one after another, the old one first",
        "it is a datastore, or mounts a claim of one node",
        Severity.INFO,
    ),
    "monitor": Lost(
        "Kubernetes waits for readiness, and keeps the old pods while new ones fail",
        "watch the rollout: kubectl rollout status; go back: kubectl rollout undo",
        Severity.INFO,
    ),
}


@converts("deploy.update_config", Fidelity.PARTIAL, fields=(ROLLING, MIN_READY), losses=_UPDATE_LOSSES)
def update_config(value: UpdateConfig, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``rollingUpdate``: ``start-first`` is a surge, ``stop-first`` an absence. The delay is ``minReadySeconds``."""
    at_once: int | str = (1 if value.parallelism is None else value.parallelism) or "100%"
    rolling = Rolling(0, at_once) if value.order == "start-first" else Rolling(at_once, 0)
    for key, node in value.node.entries.items():
        if key in ("parallelism", "order"):
            yield Fill(ROLLING, rolling, of=node)
        elif key == "delay" and value.delay:
            yield Fill(MIN_READY, math.ceil(value.delay), of=node)
        elif key == "delay":
            yield Use("0: no delay", of=node)
        elif not key.startswith("x-"):
            yield Lose("monitor", of=node)


has_no_counterpart(
    "deploy.rollback_config",
    "going back is a rollout like any other",
    "go back with kubectl rollout undo, or by reverting the commit",
    Severity.INFO,
)


# Jobs ---------------------------------------------------------------------------------------------------------------

_CONCURRENCY = {"allow": "Allow", "forbid": "Forbid", "replace": "Replace"}


@converts("triggers.manual", Fidelity.FULL)
def manual(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A job without a schedule is a suspended CronJob: ``kubectl create job --from=cronjob/NAME RUN`` starts it."""
    yield Use("started by hand: kubectl create job --from=cronjob/...")


@converts(
    "triggers.schedule",
    Fidelity.PARTIAL,
    fields=(SCHEDULE,),
    losses={
        "missed": Lost("the controller starts a missed run if the deadline has not passed", "set startingDeadlineSeconds"),
        "concurrency": Lost("a CronJob allows, forbids or replaces; runs that overlap are forbidden", "choose one of these"),
        "cron": Lost("no CronJob has this schedule", "write five fields, or a macro such as @daily", Severity.ERROR),
    },
)
def schedule(value: tuple[Schedule, ...], plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """A CronJob for each schedule, with its time zone; runs do not overlap unless it says so."""
    for one in value:
        overlap = _CONCURRENCY.get(one.concurrency.lower(), "")
        timing = Timing(plain_sundays(one.cron), one.timezone, overlap)
        if what := mistake(timing.cron):
            yield Lose("cron", of=one.node, detail=what)
            continue
        parts = {"cron": "cron", "time_zone": "timezone", **({"concurrency": "concurrency"} if overlap else {})}
        given = {part: node for part, key in parts.items() if (node := one.node.get(key)) is not None}
        yield Fill(SCHEDULE, timing, of=given)
        for key, node in one.node.entries.items():
            if key not in parts.values() and not key.startswith("x-"):
                yield Lose("concurrency" if key == "concurrency" else "missed", of=node)
