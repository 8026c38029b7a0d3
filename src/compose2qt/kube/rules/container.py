"""Containers: their images, lifecycle handlers, and what init containers lack. Source: ``validateContainers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_ONLY_WHILE_RUNNING = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle")


@rule("image-missing", "Container")
def image_missing(container: Mapping) -> Iterator[Violation]:
    """Every container has an image, without spaces around or in it."""
    image = text(container, "image")
    if not image:
        yield Violation("the container has no image", (), "name its image")
    elif len(image.split()) != 1 or image != image.strip():
        yield Violation(f"{shown(image)} has spaces", ("image",), "remove the spaces")


@rule("lifecycle-handler", "LifecycleHandler")
def lifecycle_handler(handler: Mapping) -> Iterator[Violation]:
    """A lifecycle hook has exactly one handler."""
    given = [name for name in HANDLERS if has(handler, name)]
    if len(given) != 1:
        what = f"{' and '.join(given)} are both given" if given else "it has no handler"
        yield Violation(what, (), "give one of exec, httpGet, sleep")


@rule("bad-sleep", "LifecycleHandler")
def bad_sleep(handler: Mapping) -> Iterator[Violation]:
    """A hook that sleeps does so for zero seconds or more."""
    if (seconds := number(handler, "sleep", "seconds")) is not None and seconds < 0:
        yield Violation(f"{seconds} is negative", ("sleep", "seconds"), "use 0 or more")


@rule("init-container-field", "PodSpec")
def init_container_field(pod: Mapping) -> Iterator[Violation]:
    """An init container that ends has no probes and no lifecycle hooks; a sidecar (``restartPolicy: Always``) may."""
    for index, container in enumerate(items(pod, "initContainers")):
        if text(container, "restartPolicy") != "Always":
            for field in _ONLY_WHILE_RUNNING:
                if has(container, field):
                    yield Violation(f"an init container has no {field}", ("initContainers", index, field), f"remove {field}")


@rule("exec-without-command", "ExecAction")
def exec_without_command(action: Mapping) -> Iterator[Violation]:
    """A command that runs in a container has at least one word."""
    if not items(action, "command"):
        yield Violation("the command is empty", ("command",), "write the program and its arguments")
