"""What runs: the image, its entrypoint and command, where and as whom."""

from collections.abc import Iterator

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import (
    BUILD_CONTEXT,
    COMMAND,
    ENTRYPOINT,
    IMAGE,
    PULL_POLICY,
    STDIN,
    TTY,
    WORKING_DIR,
    Field,
)
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Build
from compose2qt.source import Node, Scalar, Sequence

_PULL = {"always": "Always", "never": "Never", "missing": "IfNotPresent", "if_not_present": "IfNotPresent"}


@converts("image", Fidelity.FULL, fields=(IMAGE,))
def image(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The image of the container, as it is written."""
    yield Fill(IMAGE, value)


@converts(
    "build",
    Fidelity.PARTIAL,
    fields=(BUILD_CONTEXT,),
    losses={
        "no-build": Lost(
            "Kubernetes runs images and does not build them",
            "build and push the image in CI with these settings, then set its name in the mapping or the kustomization",
            Severity.INFO,
        )
    },
)
def build(value: Build, plan: ServicePlan) -> Iterator[Effect]:
    """The image is named ``<service>`` unless ``image`` names it; the summary and the guide list what to build."""
    context = value.node.get("context")
    if context is not None:
        yield Fill(BUILD_CONTEXT, plan.project.relative(value.context), of=context)
    for key, node in value.node.entries.items():
        if key != "context":
            yield Lose("no-build", of=node)


@converts("entrypoint", Fidelity.FULL, fields=(ENTRYPOINT,))
def entrypoint(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``command`` of the container; null is the image's own. ``$(`` is escaped, because the kubelet would expand it."""
    yield from _vector(value, ENTRYPOINT)


@converts("command", Fidelity.FULL, fields=(COMMAND,))
def command(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``args`` of the container; null is the image's own. ``$(`` is escaped, because the kubelet would expand it."""
    yield from _vector(value, COMMAND)


def _vector(node: Node, field: Field[tuple[str, ...]]) -> Iterator[Effect]:
    if isinstance(node, Sequence):
        yield Fill(field, tuple(escape(str(item.value)) for item in node.items if isinstance(item, Scalar)))
    else:
        yield Use("null: the image's own", of=node)


def escape(text: str) -> str:
    """``text`` such that the kubelet's ``$(NAME)`` expansion gives ``text`` back (Kubernetes: ``$$(`` is ``$(``)."""
    return text.replace("$(", "$$(")


@converts("working_dir", Fidelity.FULL, fields=(WORKING_DIR,))
def working_dir(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``workingDir`` of the container."""
    yield Fill(WORKING_DIR, value)


@converts("stdin_open", Fidelity.FULL, fields=(STDIN,))
def stdin_open(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``stdin`` of the container."""
    yield Fill(STDIN, value)


@converts("tty", Fidelity.FULL, fields=(TTY,))
def tty(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``tty`` of the container."""
    yield Fill(TTY, value)


@converts(
    "pull_policy",
    Fidelity.PARTIAL,
    fields=(PULL_POLICY,),
    losses={
        "pace": Lost("Kubernetes pulls always, never, or when the image is absent", "tag images so that each is pulled once")
    },
)
def pull_policy(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``imagePullPolicy``; ``build`` and intervals have no counterpart."""
    if value in _PULL:
        yield Fill(PULL_POLICY, _PULL[value])
    else:
        yield Lose("pace")


has_no_counterpart(
    "platform",
    "the platform of an image is chosen by the node that runs it",
    "publish a multi-platform image, or select nodes by kubernetes.io/arch",
)
has_no_counterpart(
    "develop", "development mode (file watching) is not for a cluster", "use a tool for development in a cluster", Severity.INFO
)
has_no_counterpart("attach", "`docker compose up` alone shows logs or not", "", Severity.INFO)
has_no_counterpart("init", "the pod has no init process of its own to reap orphans", "put one (tini) into the image")
