"""The Compose files of a project: read once, kept for the ledger, with variables substituted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.compose.interpolation import Interpolation
from compose2qt.compose.project import Document
from compose2qt.compose.spec import root as table
from compose2qt.diagnostic import InputError
from compose2qt.source import Mapping, Span, read_stream, read_text, read_yaml

if TYPE_CHECKING:
    from compose2qt.diagnostic import Collector

STDIN = "-"
MAX_FILES = 1000
"""Files that includes and extends may lead to: more is a bomb."""


class Files:
    """Reads the files of a project."""

    def __init__(self, directory: Path, collector: Collector, *, interpolate: bool = True) -> None:
        self.directory, self.collector, self.interpolate = directory, collector, interpolate
        self.read: dict[str, list[Mapping] | InputError] = {}
        """What each file holds, or why it cannot be used: a pipe is read but once."""
        self.substituted: dict[tuple[str, int], list[Mapping]] = {}
        self.documents: list[Document] = []
        self.unset: dict[Span, str] = {}
        self.outside: dict[str, None] = {}
        self.count = 0

    def load(self, file: str, variables: dict[str, str]) -> list[Mapping]:
        """The documents of ``file`` with ``variables`` substituted; ``InputError`` if it cannot be used at all."""
        self.count += 1
        if self.count > MAX_FILES:
            message = f"includes and extends lead to more than {MAX_FILES} files"
            raise InputError.of("too-many-files", message, Span(file, 1, 1), "break the chain")
        key = (file, id(variables))
        if key not in self.substituted:
            documents = self._documents(file)
            if self.interpolate:
                interpolation = Interpolation(variables, self.collector)
                made = (interpolation.apply(document, table()) for document in documents)
                documents = [document for document in made if isinstance(document, Mapping)]
                self.unset |= interpolation.unset
            self.substituted[key] = documents
        return self.substituted[key]

    def peek(self, file: str) -> list[Mapping]:
        """The documents of ``file`` as they are written; none if it cannot be read, which ``load`` will tell."""
        try:
            return self._documents(file)
        except InputError:
            return []

    def _documents(self, file: str) -> list[Mapping]:
        if file not in self.read:
            try:
                self.read[file] = self._parsed(file)
            except InputError as error:
                self.read[file] = error
        found = self.read[file]
        if isinstance(found, InputError):
            raise found
        return found

    def _parsed(self, file: str) -> list[Mapping]:
        shown = "stdin" if file == STDIN else file
        content = read_stream(sys.stdin, shown) if file == STDIN else read_text(Path(file), shown)
        if file != STDIN and not Path(file).resolve().is_relative_to(self.directory.resolve()):
            self.outside[file] = None
        documents = read_yaml(content, shown, self.collector)
        for document in documents:
            if not isinstance(document, Mapping):
                raise InputError.of(
                    "not-a-mapping", "the top of a Compose file must be a mapping", document.span, "begin with services:"
                )
            self.documents.append(Document(shown, document))
        return [document for document in documents if isinstance(document, Mapping)]


def shown_path(path: str | Path) -> str:
    """``path`` as a person reads it: relative to the working directory when below it."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - as Compose: links are kept
    relative = os.path.relpath(absolute)
    return absolute if relative.startswith("..") else relative
