"""``kustomization.yaml``: what ``kubectl apply -k`` applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import KUSTOMIZATION
from compose2qt.emit.manifest import Manifest, given

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.emit.setting import Setting


def kustomization(applied: Iterable[str], setting: Setting) -> Manifest:
    """The files in tree order, and a place to name a registry for each image that is built."""
    body = given(
        apiVersion="kustomize.config.k8s.io/v1beta1",
        kind="Kustomization",
        resources=list(applied),
        images=[{"name": name, "newName": name} for name in local_images(setting)],
    )
    return Manifest("Kustomization", "", body, KUSTOMIZATION, applied=False, header=tuple(_header(setting)))


def local_images(setting: Setting) -> Iterable[str]:
    """The names, without tags, of the images that are built and that no registry holds."""
    names = (image.partition("@")[0].rpartition(":") for image in (build.image for build in setting.application.builds))
    bare = (head if head and "/" not in tail else f"{head}{colon}{tail}" for head, colon, tail in names)
    return dict.fromkeys(name for name in bare if not names_a_registry(name))


def names_a_registry(image: str) -> bool:
    """Whether the first part of an image's name is a host (distribution's rule: it has a dot, a port, or is localhost)."""
    host, slash, _ = image.partition("/")
    return bool(slash) and ("." in host or ":" in host or host == "localhost")


def _header(setting: Setting) -> Iterator[str]:
    yield f"Everything of {setting.application.name} that is applied: {setting.apply} -k . in this folder."
    if setting.application.secrets:
        yield "The Secrets are not in it: see README.md."
    if local_images(setting):
        yield "images: what is built. To point it at a registry, set newName in an overlay, or name the image in the mapping."
