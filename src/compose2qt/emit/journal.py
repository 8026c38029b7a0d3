"""Changes of many files as one: all of them, or after any crash none of them.

New files are staged in a folder beside the tree. A tree that was not there before is built in it and moved as a whole. For
changes of one that is there, a journal says what is about to happen; then each old file is moved into the folder and each new
one out of it. Removing the journal completes the change. While there is a journal, the next run (or the same one, if a step
fails) undoes what was done: an old file in the folder goes back, a new file that replaced nothing goes away. Each undoing
step can be repeated, so a crash while undoing is no special case. A file that somebody edited between crash and undoing stays
as it is.

The folder also holds a file that the running process locks; the system drops the lock with the process, however it ends.
This outlives the death of the process, not that of the machine: nothing is flushed to the disk, for the sake of speed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.diagnostic import InputError
from compose2qt.emit.lockfile import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NO_LOCKS = (errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS)
"""What a file system says that has no locks: there, two runs at once are not noticed."""

if sys.platform == "win32":
    import msvcrt

    def _seize(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _seize(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Step(Struct, frozen=True):
    """A change of one file: ``path`` of the tree gets the content ``new``; None removes it."""

    path: str
    new: bytes | None = None
    replaces: bool = False
    """Whether a file stands there before."""
    private: bool = False
    """Readable for its owner only (mode 0600)."""


class Staging(Struct, frozen=True):
    """The folder beside the tree ``root``, held by this process."""

    root: Path
    folder: Path

    @property
    def journal(self) -> Path:
        """Stands there from the first change of the tree to the last."""
        return self.folder / "journal"

    def change(self, steps: Sequence[Step]) -> None:
        """Take all ``steps``, in an order in which no folder is emptied before a new file goes into it.

        ``OSError`` if one fails: then leaving the context undoes the others.
        """
        if not os.path.lexists(self.root):
            self._build(steps)
            return
        self._stage(steps)
        folders = _missing(self.root, [step.path for step in steps if step.new is not None])
        record = [[step.path, None if step.new is None else digest(step.new), step.replaces] for step in steps]
        draft = self.folder / "draft"
        draft.write_text(json.dumps({"folders": folders, "steps": record}), encoding="utf-8")
        draft.replace(self.journal)
        for folder in folders:
            (self.root / folder).mkdir()
        for index, step in enumerate(steps):
            self._take(index, step)
        self.journal.unlink()

    def _build(self, steps: Sequence[Step]) -> None:
        """Make a tree that is not there yet: built in the folder, and moved as a whole, it needs no journal."""
        tree = self.folder / "tree"
        for folder in _missing(tree, [step.path for step in steps]):
            (tree / folder).mkdir()
        for step in steps:
            _create(f"{tree}/{step.path}", step.new or b"", 0o600 if step.private else 0o666)
        tree.rename(self.root)

    def _stage(self, steps: Sequence[Step]) -> None:
        for name in ("new", "old"):
            (self.folder / name).mkdir()
        for index, step in enumerate(steps):
            if step.new is not None:
                _create(f"{self.folder}/new/{index}", step.new, 0o600 if step.private else 0o666)

    def _take(self, index: int, step: Step) -> None:
        # Paths as text: there are thousands of files, and a Path costs as much as the change of its file.
        target = f"{self.root}/{step.path}"
        if step.replaces:
            os.replace(target, f"{self.folder}/old/{index}")  # noqa: PTH105 - as above
        if step.new is not None:
            os.replace(f"{self.folder}/new/{index}", target)  # noqa: PTH105 - as above
        else:
            _prune(Path(target).parent, self.root)

    def undo(self) -> None:
        """Give the tree back as it was before an incomplete change; nothing to do without a journal."""
        if not self.journal.exists():
            return
        journal = json.loads(self.journal.read_text(encoding="utf-8"))
        for index, (path, new, replaces) in enumerate(journal["steps"]):
            self._untake(index, path, new, replaces)
        for folder in reversed(journal["folders"]):
            with suppress(OSError):  # somebody put a file into it, or it was never made
                (self.root / folder).rmdir()
        self.journal.unlink()

    def _untake(self, index: int, path: str, new: str | None, replaces: bool) -> None:
        target, old = self.root / path, self.folder / "old" / str(index)
        there = digest(target.read_bytes()) if target.is_file() else None
        if old.exists():
            if there in {None, new}:
                target.parent.mkdir(parents=True, exist_ok=True)
                old.replace(target)
        elif not replaces and there == new and not (self.folder / "new" / str(index)).exists():
            target.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what was staged: only what this class puts there."""
        for name in ("new", "old"):
            folder = self.folder / name
            for file in folder.iterdir() if folder.is_dir() else ():
                file.unlink()
            with suppress(FileNotFoundError):
                folder.rmdir()
        if (self.folder / "tree").is_dir():
            shutil.rmtree(self.folder / "tree")
        for name in ("draft", ".gitignore"):
            (self.folder / name).unlink(missing_ok=True)


@contextmanager
def exclusive(root: Path, shown: str) -> Iterator[Staging]:
    """The staging folder of ``root`` for this process alone, after an interrupted run was undone.

    ``InputError`` if another process holds it; ``OSError`` if it cannot be made.
    """
    folder = _place(root)
    made = [parent for parent in folder.parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = _held(folder, shown)
        try:
            staging = Staging(root, folder)
            staging.undo()
            staging.clear()
            # What a crash leaves here must not be committed: it may hold secrets.
            _create(folder / ".gitignore", b"*\n", 0o666)
            try:
                yield staging
            finally:
                staging.undo()
                staging.clear()
                with suppress(PermissionError):  # Windows keeps an open file, which does no harm
                    (folder / "lock").unlink()
        finally:
            os.close(descriptor)
            with suppress(OSError):  # another process has just begun
                folder.rmdir()
    finally:
        for parent in made:
            with suppress(OSError):  # the tree stands in it
                parent.rmdir()


def recover(root: Path) -> None:
    """Undo a change of the tree ``root`` that was interrupted, if there is one."""
    root = root.resolve()
    if _place(root).is_dir():
        with exclusive(root, str(root)):
            pass


def _place(root: Path) -> Path:
    """The staging folder: beside the tree, but inside where the tree alone is writable or a file system of its own."""
    beside, inside = root.parent / f".{root.name}.compose2qt", root / ".compose2qt"
    if inside.exists():
        return inside
    may_write = os.access(root.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    if root.is_dir() and (root.stat().st_dev != root.parent.stat().st_dev or not may_write):
        return inside
    return beside


def _held(folder: Path, shown: str) -> int:
    """A descriptor that holds the lock of ``folder``, which is made if need be."""
    while True:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if folder.is_symlink() or not folder.is_dir():
            raise InputError.of("tree-blocked", f"{folder.name} beside {shown} is in the way", fix="move it away")
        path = folder / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileNotFoundError:
            continue  # its holder has just removed the folder
        try:
            _seize(descriptor)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(descriptor)
                raise InputError.of(
                    "tree-busy", f"another compose2qt is writing {shown}", fix="wait until it is done, then run again"
                ) from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        os.close(descriptor)  # its holder had removed the file before this process got the lock


def _create(path: Path | str, data: bytes, mode: int) -> None:
    """A new file; umask applies to ``mode``."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _missing(root: Path, paths: Sequence[str]) -> list[str]:
    """The folders that ``paths`` need and that do not exist, parents first; ``.`` is the root."""
    parents = dict.fromkeys(path.rpartition("/")[0] for path in paths)
    needed = {folder: None for parent in parents for folder in (*reversed(Path(parent).parents), Path(parent))}
    return [folder.as_posix() for folder in needed if not (root / folder).is_dir()]


def _prune(folder: Path, root: Path) -> None:
    """Remove ``folder`` and its parents below ``root`` as far as they are empty."""
    while folder != root:
        try:
            folder.rmdir()
        except OSError:  # not empty
            return
        folder = folder.parent
