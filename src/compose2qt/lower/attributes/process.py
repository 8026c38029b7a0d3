"""What runs: the image, its entrypoint and command, where and as whom."""

import posixpath
import re
from collections.abc import Iterator

from compose2qt.compose import Service
from compose2qt.diagnostic import Severity
from compose2qt.lower.argv import escape
from compose2qt.lower.dockerfile import base_image, dockerfile
from compose2qt.lower.effects import Effect, Fill, Lose, Use
from compose2qt.lower.fields import (
    BASE,
    BUILD,
    BUILT_USER,
    COMMAND,
    ENTRYPOINT,
    IMAGE,
    NODE_SELECTOR,
    PULL_POLICY,
    STDIN,
    TTY,
    VOLUMES,
    WORKING_DIR,
)
from compose2qt.lower.registry import Fidelity, Lost, ServicePlan, converts, has_no_counterpart
from compose2qt.lower.shapes import Build, MemoryUse, VolumeUse
from compose2qt.mapping.datafolders import folders_of
from compose2qt.source import Mapping, Node, Scalar, Sequence
from compose2qt.workload import ImageBuild
from compose2qt.workload.sensitive import secret_reason, url_password

_PULL = {
    "always": "Always",
    "never": "Never",
    "missing": "IfNotPresent",
    "if_not_present": "IfNotPresent",
    "build": "IfNotPresent",
}
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?/)?{_PART}(?:/{_PART})*"
    r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?"
)
"""An image, by the grammar of ``distribution/reference``."""


@converts(
    "image",
    Fidelity.PARTIAL,
    fields=(IMAGE, VOLUMES),
    losses={
        "scratch-data": Lost(
            "the image keeps data, and no volume is mounted where it does: the data lives only as long as the pod",
            "give it a named volume",
        ),
        "illegal": Lost(
            "this names no image, so the pod never starts (a variable that is not set?)",
            "write it as [registry/]name[:tag], and set the variables that it takes",
            Severity.ERROR,
        ),
    },
)
def image(value: str, plan: ServicePlan) -> Iterator[Effect]:
    """The image of the container, as it is written. A datastore without a volume gets an ``emptyDir`` for its data."""
    yield Fill(IMAGE, value)
    if not _REFERENCE.fullmatch(value):
        yield Lose("illegal", detail=value[:80])
    serves = not plan.target.ends and plan.service.node.get("entrypoint") is None
    named = plan.target.image.value if plan.target.image else value
    folders = folders_of(plan.service.node, named) if serves and plan.target.mounts is None else ()
    if folders and not any(_covers(path, folder) for path in _mounted(plan.service) for folder in folders):
        yield Fill(VOLUMES, VolumeUse(folders[0], MemoryUse(memory=False)))
        yield Lose("scratch-data")


def _mounted(service: Service) -> Iterator[str]:
    """Where the service mounts anything; everywhere, if it takes the mounts of another one."""
    if service.node.get("volumes_from") is not None:
        yield "/"
    volumes, scratch = service.node.get("volumes"), service.node.get("tmpfs")
    for volume in volumes.items if isinstance(volumes, Sequence) else ():
        target = volume.get("target") if isinstance(volume, Mapping) else None
        yield str(target.value) if isinstance(target, Scalar) else ""
    for item in scratch.items if isinstance(scratch, Sequence) else ():
        yield str(item.value).partition(":")[0] if isinstance(item, Scalar) else ""


def _covers(path: str, folder: str) -> bool:
    """Whether a mount at ``path`` holds ``folder`` or a part of it."""
    around, inside = f"{path.rstrip('/')}/", f"{folder}/"
    return inside.startswith(around) or around.startswith(inside)


@converts(
    "build",
    Fidelity.PARTIAL,
    fields=(BUILD, BASE, BUILT_USER),
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
        folder = _shown_context(value.context, plan)
        plain = value.dockerfile in ("", "Dockerfile")
        file = "" if plain else posixpath.normpath(posixpath.join(folder, value.dockerfile))
        yield Fill(
            BUILD,
            ImageBuild(plan.service.name, folder, file, value.target, tuple(_argument(*pair) for pair in value.args.items())),
            of=context,
        )
        yield Use("the build list of the guide names it", of=context)
        if base := base_image(value.node, plan.disk):
            yield Fill(BASE, base, of=context)
        if (made := dockerfile(value.node, plan.disk)) is not None and made.user is not None:
            yield Fill(BUILT_USER, made.user, of=context)
    for key, node in value.node.entries.items():
        if key != "context":
            yield Lose("no-build", of=node)


def _argument(name: str, node: Node) -> str:
    """A build argument as ``docker build`` takes it; one that may be secret by its name alone: its value is the shell's."""
    value = str(node.value) if isinstance(node, Scalar) and node.value is not None else None
    return name if value is None or secret_reason(name, value) else f"{name}={value}"


def _shown_context(context: str, plan: ServicePlan) -> str:
    """The build context as a person would write it: relative to the Compose file, or a URL without its password."""
    if "://" not in context:
        return plan.project.relative(context)
    found = url_password(context)
    return f"{context[: found.start]}***{context[found.end :]}" if found else context


@converts(
    "entrypoint",
    Fidelity.PARTIAL,
    fields=(ENTRYPOINT,),
    losses={
        "cleared": Lost(
            "an empty entrypoint takes the image's away and keeps its command, which Kubernetes cannot say",
            "write the command that shall run: `command: [...]`",
            Severity.ERROR,
        )
    },
)
def entrypoint(value: Node, plan: ServicePlan) -> Iterator[Effect]:
    """``command`` of the container; null is the image's own.

    With an empty entrypoint the Compose command alone is run, so it stands in ``command``. As in Docker, an entrypoint
    without a command drops the image's command. A ``$`` that the kubelet would expand is doubled.
    """
    words = _words(value)
    if words is None:
        yield Use("null: the image's own")
    elif words and words != ("",):
        yield Fill(ENTRYPOINT, words)
    elif _words(plan.service.node.get("command")):
        yield Fill(ENTRYPOINT, ())
    else:
        yield Lose("cleared")


@converts("command", Fidelity.FULL, fields=(COMMAND,))
def command(value: Node, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``args`` of the container; null or empty is the image's own, as in Docker.

    A ``$`` that the kubelet would expand is doubled.
    """
    words = _words(value)
    yield Fill(COMMAND, words) if words else Use("empty: the image's own")


def _words(node: Node | None) -> tuple[str, ...] | None:
    """A vector for the kubelet; None if the image's own stands."""
    if not isinstance(node, Sequence):
        return None
    return tuple(escape(str(item.value)) for item in node.items if isinstance(item, Scalar))


@converts(
    "working_dir",
    Fidelity.PARTIAL,
    fields=(WORKING_DIR,),
    losses={
        "relative": Lost(
            "the folder is not absolute: Docker starts no such container, and no node does", "begin it with /", Severity.ERROR
        )
    },
)
def working_dir(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """``workingDir`` of the container."""
    yield Fill(WORKING_DIR, value) if re.match(r"/|[A-Za-z]:[\\/]", value) else Lose("relative")


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
    """``imagePullPolicy``. ``build`` is IfNotPresent: the image is pushed before; intervals have no counterpart."""
    if value in _PULL:
        yield Fill(PULL_POLICY, _PULL[value])
    else:
        yield Lose("pace")


has_no_counterpart(
    "pull_refresh_after",
    "Kubernetes pulls always, never, or when the image is absent",
    "tag images so that each is pulled once",
    Severity.INFO,
)
# The values of GOOS and GOARCH that nodes have as labels (`kubernetes.io/os`, `kubernetes.io/arch`).
_SYSTEMS = ("linux", "windows")
_KNOWN = frozenset(("386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"))
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "x64": "amd64", "armhf": "arm", "386": "386"}


@converts(
    "platform",
    Fidelity.PARTIAL,
    fields=(NODE_SELECTOR,),
    losses={
        "no-node": Lost(
            "no node is of this platform: Docker runs such an image by another runtime on the node's own",
            "set runtimeClassName by an overlay, to a RuntimeClass that runs it",
        )
    },
)
def platform(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Nodes of this operating system and architecture (``nodeSelector``)."""
    system, _, rest = value.lower().partition("/")
    architecture = rest.partition("/")[0]
    if not architecture and system not in ("linux", "windows"):
        system, architecture = "linux", system
    architecture = _ARCHITECTURES.get(architecture, architecture)
    if (system or "linux") not in _SYSTEMS or (architecture and architecture not in _KNOWN):
        yield Lose("no-node", detail=value[:80])
        return
    yield Fill(NODE_SELECTOR, ("kubernetes.io/os", system or "linux"))
    if architecture:
        yield Fill(NODE_SELECTOR, ("kubernetes.io/arch", architecture))


@converts(
    "runtime",
    Fidelity.PARTIAL,
    losses={
        "class": Lost(
            "container runtimes are classes that an administrator declares in the cluster",
            "declare a RuntimeClass and set runtimeClassName by an overlay",
        )
    },
)
def runtime(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The default runtime needs nothing; another one is a RuntimeClass of the cluster."""
    yield Use("the default runtime") if value in ("runc", "io.containerd.runc.v2") else Lose("class", detail=value)


@converts(
    "isolation",
    Fidelity.NONE,
    losses={"windows": Lost("isolation modes exist for Windows containers only", "use a Windows RuntimeClass by an overlay")},
)
def isolation(value: str, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """The default needs nothing; others are for Windows."""
    yield Use("the default") if value in ("", "default") else Lose("windows")


@converts(
    "init",
    Fidelity.NONE,
    losses={"reaper": Lost("the pod has no init process of its own to reap orphans", "put one (tini) into the image")},
)
def init(value: bool, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit
    """Docker's init process has no counterpart; without it nothing is missing."""
    yield Lose("reaper") if value else Use("false: no init process")


has_no_counterpart(
    "develop", "development mode (file watching) is not for a cluster", "use a tool for development in a cluster", Severity.INFO
)
has_no_counterpart("attach", "`docker compose up` alone shows logs or not", "", Severity.INFO)
has_no_counterpart(
    "provider",
    "the service is no container: a program on the developer's machine provides it",
    "provide the same thing in the cluster, and give its address to the services that use it",
    Severity.ERROR,
)
has_no_counterpart(
    "models",
    "Docker Model Runner serves models on the developer's machine; a cluster has no such runner",
    "run a model server as a workload, and set the variables of endpoint and model by hand",
    Severity.ERROR,
)
