"""What a Dockerfile of the project says about the container at run time: the ports that it exposes, whether it holds code."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.source import Mapping, Scalar
from compose2qt.source.disk import FileContent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node
    from compose2qt.source.disk import Disk

_JOINED = re.compile(r"\\[ \t]*\n")
_INSTRUCTION = re.compile(r"(?im)^[ \t]*(from|expose|copy|add|healthcheck|user|volume)[ \t]+(.+)$")
_STAGE = re.compile(r"(?i)(?:--platform=\S+\s+)?(\S+)(?:\s+as\s+(\S+))?")
_CHECK = re.compile(r"(?is)((?:--[a-z-]+=\S+\s+)*)cmd\s+(\S.*)")
_OPTION = re.compile(r"--([a-z-]+)=(\S+)")
_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?\Z", re.IGNORECASE)


class Dockerfile(Struct, frozen=True):
    """The instructions of the stage that is built, with those of the stages that it is based on: (name, arguments)."""

    instructions: tuple[tuple[str, str], ...] = ()

    @property
    def ports(self) -> Iterator[tuple[int, str]]:
        """(port, protocol) of every EXPOSE whose value is known."""
        for name, arguments in self.instructions:
            for word in arguments.split() if name == "expose" else ():
                found = _PORT.match(word)
                if found and 0 < int(found[1]) <= int(found[2] or found[1]) < min(65536, int(found[1]) + 200):
                    for number in range(int(found[1]), int(found[2] or found[1]) + 1):
                        yield number, (found[3] or "tcp").upper()

    @property
    def check(self) -> tuple[tuple[str, ...], dict[str, str]] | None:
        """The command of the last HEALTHCHECK as Docker runs it, and its options; None if nothing is checked."""
        written = next((arguments for name, arguments in reversed(self.instructions) if name == "healthcheck"), "")
        found = _CHECK.match(written)
        if found is None:
            return None
        options = dict(_OPTION.findall(found[1]))
        try:
            words = json.loads(found[2]) if found[2].startswith("[") else None
        except ValueError:
            words = None
        if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
            return tuple(words), options
        return ("/bin/sh", "-c", found[2]), options

    @property
    def copies(self) -> bool:
        """Whether anything is copied into the image from outside it."""
        return any(name in ("copy", "add") for name, _ in self.instructions)


def dockerfile(build: Node | None, disk: Disk) -> Dockerfile | None:
    """The Dockerfile of a canonical ``build``; None if it is not there."""
    if not isinstance(build, Mapping):
        return None
    inline, target = build.get("dockerfile_inline"), _text(build.get("target"))
    if isinstance(inline, Scalar):
        return parse(str(inline.value), target)
    path = posixpath.join(_text(build.get("context")), _text(build.get("dockerfile")) or "Dockerfile")
    content = disk.look(Path(path))
    return parse(content.data.decode("utf-8", "replace"), target) if isinstance(content, FileContent) else None


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, Scalar) else ""


def parse(text: str, target: str = "") -> Dockerfile:
    """The instructions of the stage ``target``, or of the last one."""
    stages: list[tuple[str, str, list[tuple[str, str]]]] = []
    for match in _INSTRUCTION.finditer(_JOINED.sub(" ", text)):
        name, arguments = match[1].lower(), match[2].strip()
        if name == "from":
            found = _STAGE.match(arguments)
            base, alias = (found[1], found[2] or "") if found else ("", "")
            stages.append((alias.lower(), base.lower(), []))
        elif stages:
            stages[-1][2].append((name, arguments))
    by_name = {alias: index for index, (alias, _, _) in enumerate(stages) if alias}
    index = by_name.get(target.lower(), len(stages) - 1) if target else len(stages) - 1
    collected: list[tuple[str, str]] = []
    while 0 <= index < len(stages):
        _, base, instructions = stages[index]
        collected = [*instructions, *collected]
        below = by_name.get(base, -1)
        index = below if below < index else -1
    return Dockerfile(tuple(collected))
