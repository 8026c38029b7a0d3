"""What lies on disk at a path that the input names: the content that stages may see, read under limits."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

MAX_CONTENT = 1024 * 1024
"""What a ConfigMap or Secret may hold, in bytes; more is not read."""
MAX_FILES = 500
"""Files of a folder that are read; a larger folder is data, not configuration."""


class FileContent(Struct, frozen=True):
    """A regular file below 1 MiB."""

    data: bytes
    executable: bool = False


class FolderContent(Struct, frozen=True):
    """The files of a folder by their path below it, sorted."""

    files: tuple[tuple[str, FileContent], ...] = ()


class Missing(Struct, frozen=True):
    """Nothing is there."""


class Unusable(Struct, frozen=True):
    """Something is there that cannot be carried: ``why`` completes "it is ..."."""

    why: str


Content = FileContent | FolderContent | Missing | Unusable


class Disk:
    """Reads below ``root`` only: a path or link that leads out of it is refused, whatever it points to."""

    __slots__ = ("_folder", "_outside", "_root")

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self._root = root.resolve()
        self._folder = folder.resolve() if folder else self._root
        self._outside: dict[Path, None] = {}

    @classmethod
    def around(cls, folder: Path) -> Disk:
        """What a project in ``folder`` may show: the git repository around it, for who may change the one may change the other.

        Without a repository, and in one that is the user's home folder or holds it, the folder alone.
        """
        own, home = folder.resolve(), Path.home().resolve()
        for parent in (own, *own.parents):
            if home.is_relative_to(parent):
                break
            if (parent / ".git").exists():
                return cls(parent, own)
        return cls(own)

    @property
    def outside(self) -> tuple[Path, ...]:
        """What was read below the root, but outside the project's folder."""
        return tuple(self._outside)

    def holds(self, path: Path) -> bool:
        """Whether ``path`` may be looked at."""
        try:
            return path.resolve().is_relative_to(self._root)
        except (OSError, ValueError):
            return False

    def look(self, path: Path) -> Content:
        """What lies at ``path``."""
        try:
            resolved = path.resolve()
            if not resolved.is_relative_to(self._root):
                return Unusable("outside the project folder")
            if ".git" in resolved.relative_to(self._root).parts:
                return Unusable("the data of the git repository itself")
            if not resolved.exists():
                return Missing()
            if not resolved.is_relative_to(self._folder):
                self._outside[resolved] = None
            if resolved.is_dir():
                return self._files(resolved)
            return _file(resolved)
        except OSError as error:
            return Unusable(f"not readable ({os.strerror(error.errno or 0)})")
        except ValueError:
            return Unusable("not a path")

    def _files(self, folder: Path) -> Content:
        files: list[tuple[str, FileContent]] = []
        room = MAX_CONTENT
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = folder.joinpath(parent, name)
                content = _file(path) if path.resolve().is_relative_to(self._root) else Unusable("outside")
                if isinstance(content, Unusable):
                    return Unusable(f"a folder with a file that is {content.why}")
                if os.path.relpath(path, folder).startswith(".."):
                    return Unusable("a folder with a name that begins with two dots")
                room -= len(content.data)
                files.append((path.relative_to(folder).as_posix(), content))
                if room < 0 or len(files) > MAX_FILES:
                    return Unusable("larger than a ConfigMap may be (1 MiB, 500 files)")
        return FolderContent(tuple(sorted(files, key=lambda entry: entry[0])))


def _file(path: Path) -> FileContent | Unusable:
    if not path.is_file():
        return Unusable("not a regular file")
    status = path.stat()
    if status.st_size > MAX_CONTENT:
        return Unusable("larger than 1 MiB")
    return FileContent(path.read_bytes(), bool(status.st_mode & 0o111))
