"""Image, argument vector, environment, folder, user: what a kubelet has the runtime start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.kubelet import Environment, FieldRef, KeyRef, MapRef, Variable, argv, environment
from compose2qt.verify.contract import Argv, Aspect, Fact, OfImage
from compose2qt.verify.docker.process import CMD, ENTRYPOINT, USER, WORKDIR
from compose2qt.verify.image import normalized
from compose2qt.verify.reading import find, is_true, items, place, text, texts
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.source import Node, Span
    from compose2qt.verify.cluster.world import Container, View


OR_NOT_SET = " (or not set: its Secret is optional)"


def variables(node: Node) -> tuple[Variable, ...]:
    """The ``env`` of a container."""
    return tuple(_variable(entry) for entry in items(node, "env"))


def _variable(entry: Node) -> Variable:
    name, source = text(entry, "name"), find(entry, "valueFrom")
    span = place(entry, "value") if source is None else source.span
    if source is None:
        return Variable(name, text(entry, "value"), span=span)
    for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if (reference := find(source, key)) is not None:
            made = KeyRef(kind, text(reference, "name"), text(reference, "key"), is_true(reference, "optional"))
            return Variable(name, source=made, span=span)
    path = text(source, "fieldRef", "fieldPath") or text(source, "resourceFieldRef", "resource") or "a file"
    return Variable(name, source=FieldRef(path), span=span)


def _maps(node: Node) -> Iterator[MapRef]:
    for entry in items(node, "envFrom"):
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            if (source := find(entry, key)) is not None:
                yield MapRef(kind, text(source, "name"), text(entry, "prefix"), is_true(source, "optional"), source.span)


def resolved_environment(container: Container, view: View, links: Mapping[str, str]) -> Environment:
    """The environment of ``container``; ``links`` are the variables of service links, which ``env`` may refer to."""
    return environment(_maps(container.node), variables(container.node), view, links)


def process(container: Container, env: Environment, promised: Mapping[str, bool]) -> Iterator[Fact]:
    """The facts of what is started and with what. ``promised``: by variable, whether its Secret is optional."""
    node = container.node
    pod = container.pod.node
    yield Fact(Aspect.IMAGE, "", normalized(container.image), place(node, "image"))
    yield Fact(Aspect.ARGV, "", vector(node, env), place(node, "args") if find(node, "args") else place(node, "command"))
    for name, entry in env.entries.items():
        value = entry.value + (OR_NOT_SET if promised.get(name) else "")
        is_secret = entry.of_secret or secret_reason(name, entry.value) is not None
        yield Fact(Aspect.ENVIRONMENT, name, value, entry.span, is_secret)
    yield Fact(Aspect.DIRECTORY, "", text(node, "workingDir") or WORKDIR, place(node, "workingDir"))
    yield Fact(Aspect.USER, "user", *_either(node, pod, "runAsUser", USER))
    group, where = _either(node, pod, "runAsGroup", None)
    if group is not None:
        yield Fact(Aspect.USER, "group", group, where)
    if groups := texts(pod, "securityContext", "supplementalGroups"):
        yield Fact(
            Aspect.USER, "further groups", ", ".join(sorted(groups)), place(pod, "securityContext", "supplementalGroups")
        )
    if group := text(pod, "securityContext", "fsGroup"):
        yield Fact(Aspect.USER, "group of volumes", group, place(pod, "securityContext", "fsGroup"))
    must, where = _either(node, pod, "runAsNonRoot", None)
    if must == "true":
        yield Fact(Aspect.USER, "must not be root", "yes", where)
    for key in ("tty", "stdin"):
        if is_true(node, key):
            yield Fact(Aspect.TERMINAL, key, "yes", place(node, key))
    platform = text(pod, "nodeSelector", "kubernetes.io/arch")
    if platform:
        system = text(pod, "nodeSelector", "kubernetes.io/os") or "linux"
        yield Fact(Aspect.SURROUNDINGS, "platform", f"{system}/{platform}", place(pod, "nodeSelector"))


def vector(node: Node, env: Environment) -> Argv:
    """The vector that the runtime starts: ``command`` drops the image's command, empty lists count as absent."""
    values = env.values()
    command, args = argv(texts(node, "command"), values), argv(texts(node, "args"), values)
    if command:
        return Argv((*command, *args))
    return Argv((ENTRYPOINT, *(args or (CMD,))))


def _either(node: Node, pod: Node | None, key: str, default: OfImage | None) -> tuple[str | OfImage | None, Span | None]:
    for owner in (node, pod):
        if written := text(owner, "securityContext", key):
            return written, place(owner, "securityContext", key)
    return default, node.span
