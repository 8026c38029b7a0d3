"""A generated tree on disk: written whole or not at all, and never over what is somebody else's (law 6).

What stands in ``compose2qt.lock`` is ours as long as its text has the digest noted there. A file of ours that was edited is
a conflict, which ``force`` resolves; a file that stands where one of ours should go is a conflict that only its owner
can resolve. All conflicts are found before anything is written.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.diagnostic import Collector, InputError
from compose2qt.emit.journal import Step, exclusive
from compose2qt.emit.lockfile import LOCK, Lock, digest, is_inside, lock_text, parse_lock
from compose2qt.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class StoreResult(Struct, frozen=True):
    """What happened to each file of the tree, as sorted paths; the lock and private files are not counted."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Private files that hold other values than ours: somebody filled them, so they stay, whatever is forced."""


class Difference(Struct, frozen=True):
    """How a tree on disk differs from the one that should stand there; falsy if it does not."""

    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    """Generated once, but no longer."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.stale)


def write_tree(
    root: Path,
    files: Mapping[str, str],
    *,
    force: bool = False,
    private: Mapping[str, str] | None = None,
    is_blank: Callable[[bytes], bool] = lambda _: False,
) -> StoreResult:
    """Make the tree at ``root`` hold ``files`` (text by path), and remove what was generated once and is no longer.

    ``private`` are files for this machine alone (none of ``files``): mode 0600, not in the lock, not removed later; one that
    exists with another text is kept, unless it ``is_blank``: a form that nobody has filled. ``force`` overwrites edited files
    of ours.
    ``InputError`` with every conflict, or if the disk refuses; then nothing has changed.
    """
    together = _encoded({**files, **(private or {})})
    secrets = {path: together.pop(path) for path in private or ()}
    texts, shown = together, str(root)
    with _refusals(root, "written"), exclusive(_real(root, shown), shown) as staging:
        plan = _Plan(staging.root, shown, _lock(staging.root, shown), force)
        for path, data in texts.items():
            plan.write(path, data)
        for path, data in secrets.items():
            plan.write_private(path, data, is_blank)
        # Removals last: a folder into which a new file went is not empty, and stays.
        for path in sorted(plan.lock.keys() - texts.keys() - secrets.keys()):
            plan.remove(path)
        removed = tuple(step.path for step in plan.steps if step.new is None)
        written = tuple(sorted(step.path for step in plan.steps if step.path in texts and step.new is not None))
        plan.write_lock(lock_text(texts).encode())
        plan.conflicts.check()
        if plan.steps:
            staging.change(plan.steps)
    return StoreResult(written, tuple(sorted(texts.keys() - set(written))), removed, tuple(sorted(plan.kept)))


def compare_tree(root: Path, files: Mapping[str, str]) -> Difference:
    """How the tree at ``root`` differs from ``files`` and their lock; reads only. Line ends do not count."""
    texts, shown = _encoded(files), str(root)
    with _refusals(root, "read"):
        lock = _lock(root, shown)
        texts[LOCK] = lock_text(texts).encode()
        seen = {path: _seen(root, path) for path in sorted(texts)}
        stale = [path for path in sorted(lock.keys() - texts.keys()) if _seen(root, path) is not None]
    missing = tuple(path for path, there in seen.items() if there is None)
    changed = tuple(path for path, there in seen.items() if there is not None and not _same(there, texts[path]))
    return Difference(missing, changed, tuple(stale))


class _InTheWay(Struct, frozen=True):
    """Something at a path, or above it, that is no regular file of the tree."""

    what: str


class _Plan(Struct):
    """The steps to a tree, and what forbids them."""

    root: Path
    shown: str
    lock: Lock
    force: bool
    steps: list[Step] = field(default_factory=list)
    conflicts: Collector = field(default_factory=Collector)
    kept: list[str] = field(default_factory=list)

    def write(self, path: str, data: bytes) -> None:
        there = _seen(self.root, path)
        if there is None:
            self.steps.append(Step(path, data))
        elif isinstance(there, _InTheWay):
            self._conflict("tree-blocked", path, there.what, "move it away")
        elif _same(there, data):
            return
        elif path not in self.lock:
            fix = f"move it away; if compose2qt wrote it, restore {LOCK} from version control"
            self._conflict("tree-foreign", path, f"exists and is not in {LOCK}: it is not compose2qt's to overwrite", fix)
        elif self._is_ours(path, there):
            self.steps.append(Step(path, data, replaces=True))
        else:
            fix = "put the change into the Compose file or the mapping; --force overwrites the edit"
            self._conflict("tree-edited", path, "was edited since it was generated", fix)

    def write_private(self, path: str, data: bytes, is_blank: Callable[[bytes], bool]) -> None:
        there = _seen(self.root, path)
        if isinstance(there, _InTheWay):
            self._conflict("tree-blocked", path, there.what, "move it away")
        elif there is not None and not _same(there, data) and not is_blank(there):
            self.kept.append(path)
        elif there is None or not _same(there, data) or _is_open(self.root / path):
            self.steps.append(Step(path, data, replaces=there is not None, private=True))

    def remove(self, path: str) -> None:
        there = _seen(self.root, path)
        if isinstance(there, bytes) and self._is_ours(path, there):
            self.steps.append(Step(path, None, replaces=True))
        elif isinstance(there, bytes):
            fix = "move your change to where it belongs; --force removes the file"
            self._conflict("tree-edited", path, "was edited since it was generated, and is no longer generated", fix)

    def write_lock(self, data: bytes) -> None:
        there = _seen(self.root, LOCK)
        if not isinstance(there, bytes) or not _same(there, data):
            self.steps.append(Step(LOCK, data, replaces=there is not None))

    def _is_ours(self, path: str, there: bytes) -> bool:
        return self.force or digest(there) in self.lock[path]

    def _conflict(self, code: str, path: str, what: str, fix: str) -> None:
        self.conflicts.error(code, f"{path} {what}", Span(f"{self.shown}/{path}", 1, 1), fix)


def _encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    """The bytes of ``files``; ``InputError`` with every path that leaves the tree, and text that is none."""
    found: dict[str, bytes] = {}
    collector = Collector()
    folders = {path[:index] for path in files for index, character in enumerate(path) if character == "/"}
    for path, text in files.items():
        if not is_inside(path) or path in folders or path == LOCK:
            collector.error("tree-path", f"{path!r} cannot be a file of the tree", fix="use a relative path such as web/a.yaml")
        try:
            found[path] = text.encode()
        except UnicodeEncodeError:
            collector.error("not-text", f"the text for {path!r} is not Unicode text", fix="write the sources in UTF-8")
    collector.check()
    return found


def _real(root: Path, shown: str) -> Path:
    """``root`` as an absolute path; ``InputError`` unless it is a folder or nothing yet."""
    if "\0" in shown:
        raise InputError.of("tree-path", f"{shown!r} cannot be a folder", fix="choose another folder with -o")
    if root.is_symlink():
        raise InputError.of("tree-blocked", f"{shown} is a symbolic link", fix=f"name its folder: -o {os.path.realpath(root)}")
    if root.exists() and not root.is_dir():
        raise InputError.of("tree-blocked", f"{shown} is not a folder", fix="choose another folder with -o")
    return Path(os.path.realpath(root))


def _lock(root: Path, shown: str) -> Lock:
    there = _seen(root, LOCK)
    if there is None:
        return {}
    if isinstance(there, _InTheWay):
        raise InputError.of("bad-lock", f"{shown}/{LOCK} {there.what}", fix="restore the file from version control")
    return parse_lock(there.decode("utf-8", "replace"), f"{shown}/{LOCK}")


def _seen(root: Path, path: str) -> bytes | _InTheWay | None:
    """What stands at ``path``: the content of a regular file, nothing, or something else; links are not followed."""
    place = str(root)
    *folders, name = path.split("/")
    try:
        for folder in folders:
            place = f"{place}/{folder}"
            if not stat.S_ISDIR(mode := os.lstat(place).st_mode):
                return _InTheWay(f"cannot be written: {folder} in it is {_kind(mode)}")
        place = f"{place}/{name}"
        if not stat.S_ISREG(mode := os.lstat(place).st_mode):
            return _InTheWay(f"is {_kind(mode)}")
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Path(place).read_bytes()


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(mode) else "a file" if stat.S_ISREG(mode) else "a special file"


def _same(there: bytes | _InTheWay, data: bytes) -> bool:
    return isinstance(there, bytes) and there.replace(b"\r\n", b"\n") == data.replace(b"\r\n", b"\n")


def _is_open(path: Path) -> bool:
    """Whether others than the owner can read ``path``; Windows does not tell."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


@contextmanager
def _refusals(root: Path, verb: str) -> Iterator[None]:
    """What the disk refuses as an ``InputError``."""
    try:
        yield
    except OSError as error:
        raise InputError.of(
            "tree-refused",
            f"{_place(root, error)} cannot be {verb}: {error.strerror or error}",
            fix="check its permissions and the space on the disk, or choose another folder with -o",
        ) from None


def _place(root: Path, error: OSError) -> str:
    """The file of the tree that ``error`` is about; the tree if it does not tell."""
    path = Path(error.filename2 or error.filename or root).absolute()
    return str(root / path.relative_to(root.absolute())) if path.is_relative_to(root.absolute()) else str(root)
