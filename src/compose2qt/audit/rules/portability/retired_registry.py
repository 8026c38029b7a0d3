"""POR011."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "POR011",
    "retired-registry",
    Severity.ERROR,
    fix="pull it from registry.k8s.io, or from the program's present home",
    patch=(Put(("targets", "{object}", "image"), "{image}"),),
)
def retired_registry(container: Container) -> Iterator[Flag]:
    """An image comes from a registry that was frozen or closed: the pull fails, or gives an old version."""
    retired = {
        "k8s.gcr.io": "registry.k8s.io",
        "gcr.io/google_containers": "registry.k8s.io",
        "docker.pkg.github.com": "ghcr.io",
    }
    for home, successor in retired.items():
        if container.image.reference.startswith(home + "/"):
            moved = successor + container.image.reference.removeprefix(home)
            # An image of the mapping brings its own command; and GitHub's two registries name packages differently.
            is_same = container.is_alone and not container.argv and not container.text("workingDir") and "github" not in home
            facts: dict[str, str | int] = {"image": moved}
            yield container.flag(f"{home} is closed; {successor} took its place", "image", facts=facts if is_same else None)
