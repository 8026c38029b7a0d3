"""COR018."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text, texts
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node


_REFERENCE = re.compile(r"(?<!\$)\$\(([A-Za-z_][\w.-]*)\)")


@rule(
    "COR018",
    "unresolved-env-reference",
    Severity.ERROR,
    fix="define the variable above the one that refers to it, in the same container",
)
def unresolved_env_reference(container: Container, system: System) -> Iterator[Flag]:
    """A value or an argument refers to `$(NAME)`, and no earlier variable of the container has that name.

    Kubernetes leaves the reference as it stands, so that the program reads the text `$(NAME)`. Variables of `envFrom` count
    as earlier. Where a Secret or a ConfigMap outside the tree is read whole, its keys are unknown, and nothing is flagged.
    """
    if any(_is_unknown(source, container, system) for source in items(container.at("envFrom"))):
        return
    known = {variable.name for item in system.read_whole(container) for variable in system.data(item)}
    known |= {key for name in _secrets(container) for key in _keys(system.get("Secret", name, container.object))}
    for entry in container.env:
        for name in _REFERENCE.findall(entry.value or ""):
            if name not in known:
                yield Flag(f"{entry.name} refers to $({name}), which is not defined above it", container.object, entry.path)
        known.add(entry.name)
    for field in ("command", "args"):
        for index, argument in enumerate(texts(container.at(field))):
            for name in _REFERENCE.findall(argument):
                if name not in known and not _in_shell(container):
                    yield container.flag(f"$({name}) is not defined in the container", field, index)


def _secrets(container: Container) -> Iterator[str]:
    return (text(source, "secretRef", "name") for source in items(container.at("envFrom")))


def _keys(item: Object | None) -> set[str]:
    return {key for part in ("data", "stringData") for key in entries(item.at(part))} if item else set()


def _is_unknown(source: Node, container: Container, system: System) -> bool:
    secret, config = text(source, "secretRef", "name"), text(source, "configMapRef", "name")
    return not (secret and system.get("Secret", secret, container.object)) and not (
        config and system.get("ConfigMap", config, container.object)
    )


def _in_shell(container: Container) -> bool:
    """Whether a shell reads the arguments: there `$(name)` is a command."""
    return any(argument.rpartition("/")[2] in ("sh", "bash", "ash", "dash", "zsh") for argument in container.argv[:2])
