"""What the COPY and ADD instructions of a Dockerfile put into the image, and where."""

from __future__ import annotations

import json
import os
import posixpath
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.lower.dockerfile import index_of, stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.lower.dockerfile import Stage

_OPTION = re.compile(r"--([a-z-]+)(?:=(\S+))?\s+")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")
_PAIR = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S*)""")
_PATTERN = re.compile(r"[*?\[]")
_MANIFEST = re.compile(
    r"(?i)(?:\A|/)(?:requirements[^/]*|constraints[^/]*|package[^/]*\.json|[^/]*[.-]lock[^/]*|go\.(?:mod|sum|work)|gemfile|"
    r"cargo\.toml|composer\.json|pyproject\.toml|setup\.(?:py|cfg)|pipfile|pom\.xml|mix\.exs|[^/]*\.gradle[^/]*|[^/]*\.csproj|\.npmrc)\Z"
)
"""Files that say what a program needs: they are copied to install it, and are not the program."""
_INSTALLED = re.compile(r"(?:\A|/)(?:node_modules|vendor|site-packages|\.?venv|\.bundle)\Z")
_FOLDERS = {
    **dict.fromkeys(("php", "wordpress", "nextcloud"), "/var/www/html"),
    "composer": "/app",
    "drupal": "/opt/drupal",
    "golang": "/go",
    "httpd": "/usr/local/apache2",
    "tomcat": "/usr/local/tomcat",
}
"""The WORKDIR of official images where it is another than the root."""
_MOST = 500
"""Copies of one stage that are followed: each may be copied into the next one twice."""


class Copied(Struct, frozen=True):
    """What of the build context is in the image: ``source`` (empty: all of it; with ``*`` as in Docker) at ``path``.

    None: nobody knows where.
    """

    source: str
    path: str | None

    def shows(self, source: str, path: str) -> bool:
        """Whether the image has the folder ``source``, or one around it, where ``path`` stands for it."""
        around = self.source
        if _PATTERN.search(around):
            around = "/".join(source.split("/")[: around.count("/") + 1])
        below = _below(source, around) if around == self.source or fnmatch(around, self.source) else None
        return below is not None and (self.path is None or posixpath.join(self.path, below).rstrip("/") == path)

    def is_part(self, source: str, path: str) -> bool:
        """Whether it is a part of the program that a mount of the folder ``source`` at ``path`` shows in the same place."""
        below = _below(posixpath.dirname(self.source) if _PATTERN.search(self.source) else self.source, source)
        is_inside = below is not None and self.source != source and not _MANIFEST.search(self.source)
        return is_inside and self.path in (None, posixpath.join(path, below or "").rstrip("/"))


def _below(path: str, folder: str) -> str | None:
    """``path`` as it is named from ``folder``; None if it does not lie there."""
    inside = posixpath.relpath(path or ".", folder or ".")
    return None if inside.startswith("..") else "" if inside == "." else inside


def is_ignored(path: str, ignored: str) -> bool:
    """Whether a ``.dockerignore`` keeps ``path`` of a build context, or a folder around it, out of every COPY.

    Of packages it does so because the build installs them: those are in the image.
    """
    steps = path.split("/")
    around = ["/".join(steps[: length + 1]) for length in range(len(steps))]
    found = False
    for line in ignored.splitlines():
        pattern = line.strip().removeprefix("!").strip("/").removeprefix("**/")
        if (
            pattern
            and not line.startswith("#")
            and any(fnmatch(one, pattern) or fnmatch(one, f"*/{pattern}") for one in around)
        ):
            found = not line.strip().startswith("!")
    return found and not _INSTALLED.search(path)


class _Image(Struct):
    """An image while its Dockerfile is read."""

    folder: str | None = None
    """WORKDIR; None: the base image's, which nobody knows."""
    variables: dict[str, str] = field(default_factory=dict)
    copied: tuple[Copied, ...] = ()


def copied(text: str, target: str, context: str, arguments: Mapping[str, str]) -> tuple[Copied, ...]:
    """What of the folder ``context`` is in the image of the stage ``target`` of the Dockerfile ``text``, and where.

    ``arguments`` are those of the build. What other stages have of it is followed; what a RUN makes is not known.
    """
    found = stages(text)
    first = _Image()
    for name, words in found[0].instructions:
        first.variables |= {key: arguments.get(key, value) for key, value in _pairs(words)} if name == "arg" else {}
    images = [_Image()]
    for index, stage in enumerate(found[1:], 1):
        below = index_of(found[:index], stage.base)
        base = images[below] if below else _Image(_folder(stage.base))
        image = _Image(base.folder, dict(base.variables), base.copied)
        for name, words in stage.instructions:
            match name:
                case "workdir":
                    image.folder = _joined(image.folder, _expanded(words, image.variables))
                case "env":
                    image.variables |= {key: _expanded(value, image.variables) or "" for key, value in _pairs(words)}
                case "arg":
                    for key, value in _pairs(words):
                        image.variables.setdefault(key, arguments.get(key, value or first.variables.get(key, "")))
                case "copy" | "add":
                    made = _copy(words, image, found[:index], images, context)
                    image.copied = tuple(dict.fromkeys((*image.copied, *made)))[:_MOST]
        images.append(image)
    return images[index_of(found, target) if target else -1].copied


def _folder(image: str) -> str | None:
    """The WORKDIR of an official image; None for others."""
    name = image.removeprefix("docker.io/").removeprefix("library/").partition(":")[0].partition("@")[0]
    return None if "/" in name or "$" in name else _FOLDERS.get(name, "/")


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    """The names and values of ENV and ARG."""
    if "=" not in words.partition(" ")[0]:
        name, _, value = words.partition(" ")
        yield name, value.strip()
        return
    for name, value in _PAIR.findall(words):
        yield name, value.strip("\"'")


def _expanded(text: str, variables: Mapping[str, str]) -> str | None:
    """``text`` with its variables; None if one is not known."""
    text = text.strip("\"'")
    for match in _VARIABLE.finditer(text):
        if not variables.get(match[1] or match[2]) and not match[3]:
            return None
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2]) or match[3] or "", text)


def _joined(folder: str | None, path: str | None) -> str | None:
    if path is None or (folder is None and not path.startswith("/")):
        return None
    return posixpath.normpath(posixpath.join(folder or "/", path))


def _copy(words: str, image: _Image, before: tuple[Stage, ...], images: list[_Image], context: str) -> Iterator[Copied]:
    """What one instruction brings; ``before`` are the stages that it may name, with their ``images``."""
    options: dict[str, str] = {}
    while option := _OPTION.match(words):
        options[option[1]] = option[2] or ""
        words = words[option.end() :]
    *sources, place = _words(words) or [""]
    path = _joined(image.folder, _expanded(place, image.variables))
    is_folder = path is None or len(sources) > 1 or place.endswith(("/", ".")) or path == image.folder
    for written in sources:
        source = _expanded(written, image.variables)
        if not source or source.startswith("<<") or "://" in source:
            continue
        if "from" not in options:
            yield _from_context(posixpath.normpath(f"/{source}").strip("/"), path, context, is_folder=is_folder)
        else:
            other = images[index_of(before, options["from"])]
            yield from _from_stage(posixpath.normpath(f"/{source}"), path, other, is_folder=is_folder)


def _words(words: str) -> list[str]:
    try:
        return [str(word) for word in json.loads(words)] if words.startswith("[") else words.split()
    except ValueError:
        return words.split()


def _from_context(source: str, path: str | None, context: str, *, is_folder: bool) -> Copied:
    lies_in = is_folder and not _PATTERN.search(source) and not os.path.isdir(posixpath.join(context, source))  # noqa: PTH112 - any name
    return Copied(source, posixpath.join(path, posixpath.basename(source)) if path and lies_in else path)


def _from_stage(place: str, path: str | None, other: _Image, *, is_folder: bool) -> Iterator[Copied]:
    """What another stage has of the context at or around ``place``."""
    for one in other.copied:
        if one.path is None:
            continue
        if (below := _below(one.path, place)) is not None:
            is_file = path and is_folder and not below and posixpath.basename(one.source) == posixpath.basename(place) != ""
            where = posixpath.join(path, posixpath.basename(place) if is_file else below).rstrip("/") or "/" if path else None
            yield Copied(one.source, where)
        elif (inner := _below(place, one.path)) is not None and not _PATTERN.search(one.source):
            yield Copied(posixpath.join(one.source, inner), path)
