"""What a Dockerfile of the project says about the container at run time: its ports, its health check, its user."""

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
_INSTRUCTION = re.compile(r"(?im)^[ \t]*(from|expose|copy|add|healthcheck|user|volume|workdir|env|arg|run)[ \t]+(.+)$")
_DOCUMENT = re.compile(r"""(?i)[ \t]*(?:run|copy|add)\s(?:.*\s)?\d*<<-?(["']?)([a-z_]\w*)\1(?:\s|\Z)""")
_STAGE = re.compile(r"(?i)(?:--platform=\S+\s+)?(\S+)(?:\s+as\s+(\S+))?")
_CHECK = re.compile(r"(?is)((?:--[a-z-]+=\S+\s+)*)cmd\s+(\S.*)")
_OPTION = re.compile(r"--([a-z-]+)=(\S+)")
_DIGITS = 10
"""A number of a user or group has fewer: it is below 2**31."""
_COMMANDS = re.compile(r"[;&|]+")
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
    def user(self) -> tuple[str, int | None] | None:
        """What the last USER says, and the number of the group that its files belong to, if it is known; None: it says nothing.

        A name has the number with which a RUN adds it. The group 0 is told by the user's own number.
        """
        written = next((arguments.split() for name, arguments in reversed(self.instructions) if name == "user"), [])
        if not written:
            return None
        user, _, group = written[0].partition(":")
        found = self._number(group, "group") if group else None
        return written[0], found or self._number(user, "user")

    def _number(self, name: str, kind: str) -> int | None:
        """The number of a user or group (``kind``), which is written, or which a RUN gives it."""
        if name == "root":
            return 0
        if name.isdecimal():
            return int(name) if len(name) < _DIGITS else None
        for words in (arguments for instruction, arguments in self.instructions if instruction == "run"):
            for command in _COMMANDS.split(words):
                number = re.search(rf"\b(?:{kind}add|add{kind})\b.*\s-(?:{kind[0]}|-{kind[0]}id)[ =]?(\d+)\b", command)
                if number and len(number[1]) < _DIGITS and name in command.split():
                    return int(number[1])
        return None


class Stage(Struct, frozen=True):
    """What stands from one FROM to the next; its name and base in lower case."""

    name: str
    base: str
    instructions: tuple[tuple[str, str], ...] = ()


def dockerfile(build: Node | None, disk: Disk) -> Dockerfile | None:
    """The Dockerfile of a canonical ``build``; None if it is not there."""
    text = written(build, disk)
    return parse(text, _text(build.get("target"))) if text is not None and isinstance(build, Mapping) else None


def written(build: Node | None, disk: Disk) -> str | None:
    """The text of the Dockerfile of a canonical ``build``; None if it is not there."""
    if not isinstance(build, Mapping):
        return None
    inline = build.get("dockerfile_inline")
    if isinstance(inline, Scalar):
        return str(inline.value)
    path = posixpath.join(_text(build.get("context")), _text(build.get("dockerfile")) or "Dockerfile")
    content = disk.look(Path(path))
    return content.data.decode("utf-8", "replace") if isinstance(content, FileContent) else None


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, Scalar) else ""


def parse(text: str, target: str = "") -> Dockerfile:
    """The instructions of the stage ``target``, or of the last one."""
    chain = chain_of(stages(text), target)
    return Dockerfile(tuple(instruction for stage in chain for instruction in stage.instructions))


def base_image(build: Node | None, disk: Disk) -> str:
    """The image that a canonical ``build`` begins with; empty if nobody knows."""
    text = written(build, disk) if build is not None else None
    chain = chain_of(stages(text), _text(build.get("target"))) if text and isinstance(build, Mapping) else ()
    return chain[0].base if chain and "$" not in chain[0].base else ""


def stages(text: str) -> tuple[Stage, ...]:
    """The stages of a Dockerfile, and before them one without a base that holds what stands before the first FROM."""
    found: list[tuple[str, str, list[tuple[str, str]]]] = [("", "", [])]
    for match in _INSTRUCTION.finditer(_without_documents(_JOINED.sub(" ", text))):
        name, arguments = match[1].lower(), match[2].strip()
        if name == "from":
            stage = _STAGE.match(arguments)
            base, alias = (stage[1], stage[2] or "") if stage else ("", "")
            found.append((alias.lower(), base.lower(), []))
        else:
            found[-1][2].append((name, arguments))
    return tuple(Stage(name, base, tuple(instructions)) for name, base, instructions in found)


def _without_documents(text: str) -> str:
    """``text`` without the lines of here-documents: they are a script or a file, and no instructions."""
    kept, end = [], ""
    for line in text.splitlines():
        if end:
            end = "" if line.strip() == end else end
            continue
        kept.append(line)
        end = found[2] if (found := _DOCUMENT.match(line)) else ""
    return "\n".join(kept)


def chain_of(found: tuple[Stage, ...], target: str = "") -> tuple[Stage, ...]:
    """The stage ``target`` (a name or number; empty or unknown: the last one) after those that it is based on."""
    index = index_of(found, target) if target else 0
    index = index or len(found) - 1
    chain: tuple[Stage, ...] = ()
    while index > 0:
        chain = (found[index], *chain)
        index = index_of(found[:index], found[index].base)
    return chain


def index_of(found: tuple[Stage, ...], name: str) -> int:
    """Where the stage of a name or number stands; 0 if there is none."""
    named = (index for index in range(len(found) - 1, 0, -1) if found[index].name == name.lower())
    number = int(name) + 1 if name.isdecimal() and len(name) < _DIGITS else 0
    return next(named, number if number < len(found) else 0)
