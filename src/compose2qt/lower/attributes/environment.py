"""The environment of a container, and its annotations."""

import hashlib
import re
from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.kube.names import MAX_LABEL, is_config_key, is_env_name, is_qualified_name, is_subdomain
from compose2qt.lower.attributes import kompose
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import ANNOTATIONS, ENVIRONMENT
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.source import Mapping, Node, Scalar
from compose2qt.workload.sensitive import secret_reason, wants_a_secret


@converts(
    "environment",
    Fidelity.PARTIAL,
    fields=(ENVIRONMENT,),
    losses={
        "unset": Lost(
            "the value comes from the shell that runs Compose, and no value is known here",
            "give the value in the Compose file, in an env file, with --env NAME=VALUE, or in the mapping",
        ),
        "no-secret": Lost(
            "it is empty, for the variable of Compose that gives it is not set, and its name is that of a secret",
            "set the variable in .env or with --env NAME=VALUE",
        ),
        "illegal-name": Lost("a variable of this name cannot stand in a ConfigMap", "rename the variable"),
        "host-left-out": Lost(
            "it refers to a service which the mapping leaves out", "set it in the mapping, or convert that service"
        ),
    },
)
def environment(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:
    """The container's environment: from a ConfigMap and a Secret of its own, or as the mapping shares them."""
    for name, node in value.entries.items():
        if not isinstance(node, Scalar):
            continue
        if node.value is None:
            yield Lose("unset", of=node, detail=name)
        elif not (is_config_key(name) and is_env_name(name, plan.minor)):
            yield Lose("illegal-name", of=node)
        else:
            yield Fill(ENVIRONMENT, (name, str(node.value)), of=node)
            unset = plan.project.unset.get(node.span)
            if unset and node.value == "" and wants_a_secret(name) and name not in plan.plan.plain_keys:
                yield Lose("no-secret", of=node, detail=f"{name} from {unset}")


@converts("env_file", Fidelity.FULL)
def env_file(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Read by the loader: each of its entries is accounted for where it stands in the env file."""
    yield Use("the loader has read the file", of=value)


@converts("label_file", Fidelity.FULL)
def label_file(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Read by the loader: its entries are labels."""
    yield Use("the loader has read the file", of=value)


_RENAMED = Lost("Kubernetes does not allow an annotation of this name; it has a similar one", "", Severity.INFO)
_ANNOTATION_LOSSES = {
    "renamed": _RENAMED,
    "secret": Lost(
        "the label's value is a secret, and an annotation can be read by everybody",
        "keep it in a Secret that the program reads",
    ),
}


@converts("labels", Fidelity.PARTIAL, fields=(ANNOTATIONS, *kompose.FIELDS), losses={**_ANNOTATION_LOSSES, **kompose.LOSSES})
def labels(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:
    """Annotations of the pod: labels of Kubernetes select things and allow few values.

    Labels of kompose are read as input: docs/reference/kompose-labels.md lists them.
    """
    of_kompose = kompose.given(plan.service.node)
    for name, node in value.entries.items():
        if name.startswith(kompose.PREFIX):
            yield from kompose.effects(name, node, of_kompose, of_job=plan.target.section == "jobs")
        else:
            yield from _annotation(name, node)


@converts("annotations", Fidelity.PARTIAL, fields=(ANNOTATIONS,), losses=_ANNOTATION_LOSSES)
def annotations(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Annotations of the pod."""
    for name, node in value.entries.items():
        yield from _annotation(name, node)


@converts("deploy.labels", Fidelity.PARTIAL, fields=(ANNOTATIONS,), losses={**_ANNOTATION_LOSSES, **kompose.LOSSES})
def deploy_labels(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Annotations of the pod, where the container has no label of the same name."""
    for name, node in value.entries.items():
        if name.startswith(kompose.PREFIX):
            yield Lose("kompose-label", of=node, detail=kompose.unread(name))
        else:
            yield from _annotation(name, node)


def _annotation(name: str, node: Node) -> Iterator[Effect]:
    text = str(node.value) if isinstance(node, Scalar) and node.value is not None else ""
    if secret_reason(name, text):
        yield Lose("secret", of=node, detail=name[:80])
        return
    legal = annotation_key(name)
    yield Fill(ANNOTATIONS, (legal, text), of=node, note="" if legal == name else f"label {name[:80]}")
    if legal != name:
        yield Lose("renamed", of=node, detail=f"{name[:80]} is {legal}")


def annotation_key(name: str) -> str:
    """``name`` as an annotation's key: itself if it is legal, else with other characters replaced."""
    if is_qualified_name(name):
        return name
    prefix, slash, rest = name.partition("/")
    if not slash or not is_subdomain(prefix):
        prefix, rest = "", name
    body = re.sub(r"[^-A-Za-z0-9_.]", "-", rest).strip("-_.")
    if len(body) > MAX_LABEL:
        body = f"{body[:54].rstrip('-_.')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"{prefix}/{body or 'label'}" if prefix else body or "label"


@converts("profiles", Fidelity.FULL)
def profiles(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Profiles choose services before anything is converted."""
    yield Use("the profile is active", of=value)


@converts("extends", Fidelity.FULL)
def extends(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Resolved by the loader."""
    yield Use("the loader has merged the base service", of=value)


has_no_counterpart(
    "logging",
    "containers write to standard output; where logs go is the cluster's matter",
    "collect logs with the cluster's log agent",
    Severity.INFO,
)
