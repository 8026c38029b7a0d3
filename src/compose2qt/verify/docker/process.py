"""Image, argument vector, environment, folder, user: what Docker starts.

Sources: docker/compose ``create.go`` (getCreateConfigs), moby ``daemon/commit.go`` (merge).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.source import Scalar, Sequence
from compose2qt.verify.contract import Argv, Aspect, Fact, OfImage
from compose2qt.verify.image import normalized
from compose2qt.verify.reading import entries, find, is_true, place, text, texts
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping, Node

ENTRYPOINT, CMD, USER, WORKDIR, STOPSIGNAL = (OfImage(name) for name in "Entrypoint Cmd User WorkingDir StopSignal".split())

NEVER_PULLED = "never: it must lie on the node"


def process(project: str, name: str, node: Mapping) -> Iterator[Fact]:
    """The facts of what is started and with what."""
    yield _image(project, name, node)
    if text(node, "pull_policy") == "never":
        yield Fact(Aspect.IMAGE, "pull", NEVER_PULLED, place(node, "pull_policy"))
    yield Fact(Aspect.ARGV, "", argv(node), place(node, "command") if find(node, "command") else place(node, "entrypoint"))
    yield from _environment(node)
    folder = text(node, "working_dir")
    yield Fact(Aspect.DIRECTORY, "", folder or WORKDIR, place(node, "working_dir"))
    yield from _user(node)
    for key, item in (("tty", "tty"), ("stdin_open", "stdin"), ("init", "init process")):
        if is_true(node, key):
            yield Fact(Aspect.TERMINAL, item, "yes", place(node, key))
    if platform := text(node, "platform"):
        shown = platform if "/" in platform else f"linux/{platform}"
        yield Fact(Aspect.SURROUNDINGS, "platform", shown, place(node, "platform"))


def image_of(project: str, name: str, node: Mapping) -> str:
    """The reference of the image that a service runs; one that is built is named after the project."""
    image = text(node, "image")
    return normalized(image) if image else f"{normalized(f'{project}-{name}')}, built locally"


def _image(project: str, name: str, node: Mapping) -> Fact:
    stated = find(node, "image") or find(node, "build")
    return Fact(Aspect.IMAGE, "", image_of(project, name, node), stated.span if stated else node.span)


def argv(node: Mapping) -> Argv:
    """The vector that Docker starts: an ``entrypoint`` that says something drops the image's command, an empty one keeps it."""
    entrypoint, command = find(node, "entrypoint"), texts(node, "command")
    if not isinstance(entrypoint, Sequence):
        return Argv((ENTRYPOINT, *(command or (CMD,))))
    words = texts(entrypoint)
    return Argv((*words, *command) if words or command else (CMD,))


def given(node: Node) -> dict[str, str]:
    """The variables that a container gets.

    One without value is taken from the shell; what is not set there is not set in the container either.
    """
    return {
        name: text(value)
        for name, value in entries(node, "environment").items()
        if isinstance(value, Scalar) and value.value is not None
    }


def _environment(node: Mapping) -> Iterator[Fact]:
    places = entries(node, "environment")
    for name, written in given(node).items():
        yield Fact(Aspect.ENVIRONMENT, name, written, places[name].span, secret_reason(name, written) is not None)


def _user(node: Mapping) -> Iterator[Fact]:
    user, _, group = (_plain(one) for one in text(node, "user").partition(":"))
    yield Fact(Aspect.USER, "user", user or USER, place(node, "user"))
    if group:
        yield Fact(Aspect.USER, "group", group, place(node, "user"))
    if groups := {_plain(one) for one in texts(node, "group_add")}:
        yield Fact(Aspect.USER, "further groups", ", ".join(sorted(groups)), place(node, "group_add"))


def _plain(one: str) -> str:
    """A number without leading zeros, or a name."""
    return str(int(one)) if one.isdecimal() else one
