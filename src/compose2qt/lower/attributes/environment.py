"""The environment of a container, and its annotations."""

import re
from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import ANNOTATIONS, ENVIRONMENT
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.source import Mapping, Node, Scalar

# What a ConfigMap key and an environment variable may both be called, in every supported version.
_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]{0,252}\Z")
# kubernetes.io/docs: an annotation key is an optional DNS prefix and a name of at most 63 characters.
_ANNOTATION = re.compile(r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?\Z", re.ASCII)


@converts(
    "environment",
    Fidelity.FULL,
    fields=(ENVIRONMENT,),
    losses={
        "unset": Lost(
            "the value comes from the shell that runs Compose, and no value is known here",
            "give the value in the Compose file, in an env file, with --env NAME=VALUE, or in the mapping",
        ),
        "illegal-name": Lost("a variable of this name cannot stand in a ConfigMap", "rename the variable"),
    },
)
def environment(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The container's environment: from a ConfigMap and a Secret of its own, or as the mapping shares them."""
    for name, node in value.entries.items():
        if not isinstance(node, Scalar):
            continue
        if node.value is None:
            yield Lose("unset", of=node, detail=name)
        elif not _NAME.match(name):
            yield Lose("illegal-name", of=node)
        else:
            yield Fill(ENVIRONMENT, (name, str(node.value)), of=node)


@converts("env_file", Fidelity.FULL)
def env_file(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Read by the loader: each of its entries is accounted for where it stands in the env file."""
    yield Use("the loader has read the file", of=value)


@converts("label_file", Fidelity.FULL)
def label_file(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Read by the loader: its entries are labels."""
    yield Use("the loader has read the file", of=value)


_ILLEGAL = Lost("Kubernetes does not allow an annotation of this name", "rename the label", Severity.INFO)


@converts("labels", Fidelity.FULL, fields=(ANNOTATIONS,), losses={"illegal-name": _ILLEGAL})
def labels(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Annotations of the pod: labels of Kubernetes select things and allow few values."""
    yield from _annotations(value)


@converts("annotations", Fidelity.FULL, fields=(ANNOTATIONS,), losses={"illegal-name": _ILLEGAL})
def annotations(value: Mapping, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Annotations of the pod."""
    yield from _annotations(value)


def _annotations(value: Mapping) -> Iterator[Effect]:
    for name, node in value.entries.items():
        if isinstance(node, Scalar) and _ANNOTATION.match(name):
            yield Fill(ANNOTATIONS, (name, "" if node.value is None else str(node.value)), of=node)
        else:
            yield Lose("illegal-name", of=node, detail=name[:80])


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
