"""Start, stop and restart."""

import math
from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import GRACE_PERIOD, RESTART, WAITS
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Dependency, Seconds, Wait
from compose2qt.workload import Kind


@converts(
    "depends_on",
    Fidelity.PARTIAL,
    fields=(WAITS,),
    losses={
        "completed": Lost(
            "compose2qt does not wait for a service to complete yet",
            "let the program retry, or run the one-shot as a Job before",
        ),
        "restart": Lost("Kubernetes does not restart a pod when another restarts", "let the program reconnect", Severity.INFO),
        "left-out": Lost("the service that this one waits for is not converted", "see the mapping's reason", Severity.INFO),
    },
)
def depends_on(value: dict[str, Dependency], plan: ServicePlan) -> Iterator[Effect]:
    """``service_healthy``: an init container that waits until the other is ready. ``service_started``: nothing."""
    for name, dependency in value.items():
        condition = dependency.node.get("condition")
        if name in plan.plan.dropped or name not in plan.project.services:
            yield Lose("left-out", of=dependency.node)
        elif dependency.condition == "service_healthy":
            yield Fill(WAITS, Wait(name), of=condition or dependency.node)
        elif dependency.condition == "service_completed_successfully":
            yield Lose("completed", of=condition)
        elif condition is not None:
            yield Use("started: pods start in any order, and the name resolves as soon as the Service exists", of=condition)
        if required := dependency.node.get("required"):
            yield Use("decided by the loader", of=required)
        if dependency.restart and (restart := dependency.node.get("restart")):
            yield Lose("restart", of=restart)


@converts(
    "restart",
    Fidelity.PARTIAL,
    fields=(RESTART,),
    losses={
        "always": Lost(
            "a Deployment restarts its containers always", "declare the kind Job in the mapping if it runs to an end"
        )
    },
)
def restart(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """``restartPolicy`` of the pod; ``unless-stopped`` is Always."""
    policy = value.partition(":")[0]
    is_job = plan.target.kind is not None and plan.target.kind.value in (Kind.JOB, Kind.CRON_JOB)
    if is_job:
        yield Fill(RESTART, "OnFailure" if policy == "on-failure" else "Never")
    elif policy in ("always", "unless-stopped"):
        yield Fill(RESTART, "Always")
    else:
        yield Lose("always")


@converts("stop_grace_period", Fidelity.FULL, fields=(GRACE_PERIOD,))
def stop_grace_period(value: Seconds, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``terminationGracePeriodSeconds``, rounded up."""
    yield Fill(GRACE_PERIOD, math.ceil(value))


has_no_counterpart(
    "stop_signal",
    "the signal is the image's STOPSIGNAL (the field for it is not on by default up to 1.37)",
    "set STOPSIGNAL in the Dockerfile",
)
