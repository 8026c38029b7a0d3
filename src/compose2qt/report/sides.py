"""The Compose files and the manifests side by side: their lines, and which line became which.

What is shown of a Compose file is its text without comments and without the values of secrets (law 5): a scalar is hidden if it
went into a Secret, if its key or its shape says that it is one, or if a known secret stands in it. Everything is decided on the
text that is shown, so a file that has changed since it was converted cannot slip by.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from msgspec import Struct

from compose2qt.diagnostic import Collector, InputError
from compose2qt.source import Scalar, Sequence, read_text, read_yaml
from compose2qt.source import leaves as leaves_of
from compose2qt.workload.sensitive import names_a_secret, secret_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Mapping as Lookup

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Path as Steps
    from compose2qt.source import Span
    from compose2qt.workload import KnownSecrets, Ledger

HIDDEN = "***"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEFAULT = re.compile(r"\$\{(\w+):?[-+](?=[^}])")
_REFERENCE = re.compile(r"(?:[\w.-]+=)?(?:\$\{\w+(?::?\?[^}]*)?\}|\$\w+)")
"""A value that only names a variable shows nothing."""
_HEADER = re.compile(r"([|>][^\n#]*)#[^\n]*")
_ENTRY = re.compile(r"""["']?[\w.-]+=""")
_COMMANDS = ("command", "entrypoint", "test")
"""Keys whose texts hold words of a shell, in which a password has no name."""

Place = tuple[str, int]
"""A file and a line."""


class Page(Struct, frozen=True):
    """A file as it is shown."""

    file: str
    lines: tuple[str, ...]


class Sides(Struct, frozen=True, dict=True):
    """Both sides, and the lines of manifests that came from a line of Compose, in the order of the manifest."""

    compose: tuple[Page, ...]
    manifests: tuple[Page, ...]
    became: dict[Place, tuple[Place, ...]]

    @cached_property
    def came(self) -> dict[Place, tuple[Place, ...]]:
        """The lines of Compose that a line of a manifest came from."""
        found: dict[Place, list[Place]] = {}
        for line, made in self.became.items():
            for place in made:
                found.setdefault(place, []).append(line)
        return {place: tuple(lines) for place, lines in found.items()}


class Secrecy(Struct, frozen=True):
    """What is known to be secret, and the services of which too little is known to show their commands."""

    known: KnownSecrets
    named: Collection[str] = ()
    """Keys that the mapping says are secret."""
    open: Collection[str] = ()
    """Keys that the mapping says are none."""
    unread: Collection[str] = ()


def sides_of(files: Iterable[str], manifests: Lookup[str, str], tree: Tree, ledger: Ledger, secrecy: Secrecy) -> Sides:
    """The Compose ``files`` beside the ``manifests``."""
    moved = {entry.leaf.span for entry in ledger.entries for field in entry.to if field.object.startswith("Secret/")}
    pages = [Page(file, lines) for file in files if (lines := _shown(file, moved, secrecy))]
    named = {page.file for page in pages}
    return Sides(
        tuple(pages),
        tuple(Page(file, tuple(text.splitlines())) for file, text in manifests.items() if file.endswith((".yaml", ".yml"))),
        {line: places for line, places in _became(ledger, tree).items() if line[0] in named},
    )


def _became(ledger: Ledger, tree: Tree) -> dict[Place, tuple[Place, ...]]:
    found: dict[Place, dict[Place, None]] = {}
    for entry in ledger.entries:
        for field in entry.to:
            item = tree.index.get(field.object)
            if item is not None:
                span = item.span_of(_steps(item, field.field))
                found.setdefault((entry.leaf.span.file, entry.leaf.span.line), {})[item.file, span.line] = None
    return {line: tuple(sorted(places)) for line, places in found.items()}


def _steps(item: Object, field: str) -> Steps:
    """The path in ``item`` that a JSON Pointer leads to, as far as it exists."""
    node, steps = item.root, []
    for part in field.split("/")[1:]:
        step: str | int = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Sequence) and part.isdecimal():
            step = int(part)
        steps.append(step)
        node = item.at(*steps)  # type: ignore[assignment]  # None ends the walk: no further step is a number
    return tuple(steps)


# What is shown of a Compose file ------------------------------------------------------------------------------------


def _shown(file: str, moved: Collection[Span], secrecy: Secrecy) -> tuple[str, ...]:
    """The lines of a Compose file that may be seen; none if it cannot be read again."""
    if not Path(file).is_file():
        return ()
    try:
        text = read_text(Path(file), file)
        hidden = {(span.line, span.column) for span in _secret_spans(text, file, moved, secrecy)}
        return tuple(_masked(text, hidden, secrecy.known))
    except (InputError, yaml.YAMLError):
        return ()


def _secret_spans(text: str, file: str, moved: Collection[Span], secrecy: Secrecy) -> Iterator[Span]:
    collector = Collector()
    documents = read_yaml(text, file, collector)
    collector.check()
    for document in documents:
        for path, leaf in leaves_of(document):
            value = str(leaf.value) if isinstance(leaf, Scalar) else ""
            is_secret = leaf.span in moved or _is_secret(path, value.replace("$$", "$"), secrecy)
            if value and is_secret and not _REFERENCE.fullmatch(value):
                yield leaf.span


def _is_secret(path: Steps, value: str, secrecy: Secrecy) -> bool:
    names = [step for step in path if isinstance(step, str)]
    key = names[-1] if names else ""
    name, equals, rest = value.partition("=")
    if path and isinstance(path[-1], int) and equals:
        key, value = name, rest
    if secrecy.known.has(value):
        return True
    if key in secrecy.open:
        return False
    if path[:1] == ("services",) and path[1:2] and path[1] in secrecy.unread and set(_COMMANDS) & set(names):
        return True
    of_secret = path[:1] == ("secrets",) and key == "content"
    defaults = any(names_a_secret(match[1]) for match in _DEFAULT.finditer(value))
    return of_secret or defaults or key in secrecy.named or secret_reason(key, value) is not None


def _masked(text: str, hidden: set[tuple[int, int]], known: KnownSecrets) -> Iterator[str]:
    """The lines of ``text`` without its comments and the scalars that begin at ``hidden`` places."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    parts: list[str] = []
    done = 0
    found = set[tuple[int, int]]()
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.ScalarEvent) and event.start_mark and event.end_mark:
            at = (event.start_mark.line + 1, event.start_mark.column + 1)
            begin = starts[at[0] - 1] + event.start_mark.column
            end = starts[event.end_mark.line] + event.end_mark.column
            raw = text[begin:end]
            parts.append(_uncommented(text[done:begin]))
            parts.append(_mask(raw) if at in hidden else _HEADER.sub(r"\1", raw, count=1) if raw[:1] in "|>" else raw)
            found.add(at)
            done = end
    parts.append(_uncommented(text[done:]))
    if not hidden <= found:
        raise InputError.of("changed", "what is secret does not stand where it should")
    yield from (line.rstrip() for line in known.redacted("".join(parts)).splitlines())


def _mask(raw: str) -> str:
    """Stars for a scalar, on as many lines; a variable of a list keeps its name."""
    entry = _ENTRY.match(raw)
    kept = entry[0].lstrip("\"'") if entry else ""
    lines = raw.count("\n")
    return kept + HIDDEN + "\n" * lines


def _uncommented(between: str) -> str:
    return re.sub(r"(^|(?<=\s))#[^\n]*", "", between)
