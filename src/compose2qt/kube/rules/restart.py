"""Restart policies: of pods by the kind around them, and of single containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import has, items, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.stages import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

MAX_RULES = 20
_POLICY = ("template", "spec", "restartPolicy")


@rule("restart-not-always", "DeploymentSpec", "StatefulSetSpec", "DaemonSetSpec", "ReplicaSetSpec", "ReplicationControllerSpec")
def restart_not_always(spec: Mapping) -> Iterator[Violation]:
    """Pods of a Deployment, StatefulSet or DaemonSet are always restarted: no other policy is allowed."""
    policy = text(spec, *_POLICY)
    if policy not in {"", "Always"}:
        yield Violation(f"pods of this kind are always restarted, not {policy}", _POLICY, "use Always, or make it a Job")


@rule("job-restarts-always", "JobSpec")
def job_restarts_always(spec: Mapping) -> Iterator[Violation]:
    """Pods of a Job end: their restart policy is ``Never`` or ``OnFailure``, and has to be written."""
    if text(spec, *_POLICY) not in {"Never", "OnFailure"}:
        yield Violation("pods of a Job must not be restarted for ever", _POLICY, "write restartPolicy: Never or OnFailure")


@rule("restart-rules-without-policy", "Container")
def restart_rules_without_policy(container: Mapping) -> Iterator[Violation]:
    """``restartPolicyRules`` refine a container's own ``restartPolicy``, which has to be written; 20 rules at most."""
    if has(container, "restartPolicyRules") and not has(container, "restartPolicy"):
        yield Violation(
            "restartPolicyRules need a restartPolicy", ("restartPolicyRules",), "write the container's restartPolicy"
        )
    if len(items(container, "restartPolicyRules")) > MAX_RULES:
        yield Violation("there are too many rules", ("restartPolicyRules",), f"at most {MAX_RULES}")


@rule("sidecar-restart-rules", "PodSpec")
def sidecar_restart_rules(pod: Mapping) -> Iterator[Violation]:
    """A sidecar, an init container with ``restartPolicy: Always``, has no restart rules."""
    for index, container in enumerate(items(pod, "initContainers")):
        if text(container, "restartPolicy") == "Always" and has(container, "restartPolicyRules"):
            yield Violation(
                "a sidecar has no restart rules", ("initContainers", index, "restartPolicyRules"), "remove the rules"
            )


@rule("container-restart-not-enabled", "PodSpec")
def container_restart_not_enabled(pod: Mapping, minor: int) -> Iterator[Violation]:
    """A container's own ``restartPolicy`` works from 1.35 on; before, only ``Always`` of an init container (a sidecar)."""
    if FIELDS["Container", "restartPolicyRules"].works(minor):
        return
    for field in ("containers", "initContainers"):
        for index, container in enumerate(items(pod, field)):
            policy = text(container, "restartPolicy")
            if policy and not (field == "initContainers" and policy == "Always"):
                yield Violation(
                    f"a container's own restartPolicy works from 1.35 on; the target is 1.{minor}",
                    (field, index, "restartPolicy"),
                    "leave it out",
                )
