"""References to images, and what is known about the images themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from compose2qt.diagnostic import InputError
from compose2qt.source import Span
from compose2qt.verify.contract import Argv, OfImage

if TYPE_CHECKING:
    from compose2qt.verify.contract import Value


def normalized(reference: str) -> str:
    """``reference`` with registry and tag written out: ``redis`` is ``docker.io/library/redis:latest``."""
    name, at, digest = reference.removeprefix("index.").partition("@")
    first, slash, _ = name.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    if not has_registry:
        name = f"docker.io/{name}" if slash else f"docker.io/library/{name}"
    if not at and ":" not in name.rpartition("/")[2]:
        name += ":latest"
    return name + at + digest


UNNAMED = "PROJECT"
"""What stands for the name of a project that nobody names: Docker takes that of the folder."""


class ImageFacts(Struct, frozen=True):
    """What images say of themselves, by normalized reference: the ``Config`` that ``docker image inspect`` prints."""

    configs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def config(self, image: str) -> dict[str, Any] | None:
        """The configuration of ``image``; None if nothing is known about it."""
        known = image.removesuffix(", built locally")
        if UNNAMED not in known:
            return self.configs.get(known)
        before, after = known.split(UNNAMED, 1)
        found = [name for name in self.configs if name.startswith(before) and name.endswith(after)]
        return self.configs[found[0]] if len(found) == 1 else None

    def value(self, image: str, wanted: OfImage) -> str | None:
        """The single value of a field; None if it is not known."""
        config = self.config(image)
        if config is None:
            return None
        found = str(config.get(wanted.field) or _DEFAULTS.get(wanted.field, ""))
        return found.partition(":")[0] if wanted.field == "User" else found

    def words(self, image: str, argv: Argv) -> tuple[str, ...] | None:
        """``argv`` with the image's own parts filled in; None if they are not known."""
        config = self.config(image)
        found: list[str] = []
        for word in argv.words:
            if isinstance(word, str):
                found.append(word)
            elif config is None:
                return None
            else:
                found += config.get(word.field) or ()
        return tuple(found)

    def text(self, image: str, value: Value) -> str | None:
        """What stands for a field, or for an argument vector with the image's parts; None if it is not known."""
        if isinstance(value, Argv):
            words = self.words(image, value)
            return None if words is None else str(Argv(words))
        return self.value(image, value) if isinstance(value, OfImage) else None

    def environment(self, image: str) -> dict[str, str]:
        """The variables that the image sets."""
        config = self.config(image) or {}
        return dict(entry.partition("=")[::2] for entry in config.get("Env") or ())


_DEFAULTS = {"WorkingDir": "/", "User": "0", "StopSignal": "SIGTERM"}


def parse_facts(text: str, shown: str) -> ImageFacts:
    """The facts in ``text``, the JSON list that ``docker image inspect IMAGE...`` prints; ``InputError`` if it is not that."""
    try:
        images = json.loads(text)
        found: dict[str, dict[str, Any]] = {}
        for image in images:
            config = {key: value for key, value in image["Config"].items() if value is not None}
            for name in (*(image.get("RepoTags") or ()), *(image.get("RepoDigests") or ())):
                found[normalized(name)] = config
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError.of(
            "bad-image-facts",
            f"{shown} is not what `docker image inspect` prints",
            Span(shown, 1, 1),
            "write it with: docker image inspect IMAGE... > FILE",
        ) from None
    return ImageFacts(found)
