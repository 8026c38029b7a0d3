"""Mounts inside mounts: each path is judged by what stands there in the end, however many volumes give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Fact, Files, Folder
from compose2qt.verify.docker.storage import IMAGE_FILES, OUTSIDE

if TYPE_CHECKING:
    from compose2qt.verify.contract import Contract, Value


def settle(ours: Contract, theirs: Contract) -> None:
    """Let each path hold what is seen there: what is mounted below a folder covers its files.

    A volume of files in the cluster may be several mounts of Docker in one: each of them is read off the files at its path.
    """
    paths = {item for contract in (ours, theirs) for aspect, item in contract.facts if _is_path(aspect, item)}
    inner = {path: _around(path, paths) for path in sorted(paths, key=len)}
    for path, around in inner.items():
        for outer in around if _holds_files(ours.facts.get((Aspect.MOUNTS, path))) else ():
            if (Aspect.MOUNTS, path) in theirs.facts:
                break
            if (part := _part(theirs.facts.get((Aspect.MOUNTS, outer)), outer, path)) is not None:
                theirs.add((part,))
    for path, around in inner.items():
        for outer in around:
            for contract in (ours, theirs):
                if (fact := contract.facts.get((Aspect.MOUNTS, outer))) is not None:
                    contract.add((fact._replace(value=_without(fact.value, _below(path, outer))),))


def _is_path(aspect: Aspect, item: str) -> bool:
    return aspect is Aspect.MOUNTS and item.startswith("/") and not item.endswith(IMAGE_FILES)


def _holds_files(fact: Fact | None) -> bool:
    """Whether Docker mounts files: other mounts never become a part of a volume of files."""
    return fact is not None and (isinstance(fact.value, Folder | Files) or str(fact.value).startswith(OUTSIDE))


def _around(path: str, paths: set[str]) -> list[str]:
    """The paths of ``paths`` in which ``path`` lies, the nearest first."""
    parents = [path[:index] for index, letter in enumerate(path) if index and letter == "/"]
    return [parent for parent in reversed(parents) if parent in paths]


def _below(path: str, outer: str) -> str:
    return path[len(outer) + 1 :]


def _part(fact: Fact | None, outer: str, path: str) -> Fact | None:
    """What the files mounted at ``outer`` hold at ``path``; None if nothing."""
    if fact is None or not isinstance(fact.value, Files):
        return None
    below = _below(path, outer)
    found = tuple(
        (name[len(below) + 1 :], content, executable)
        for name, content, executable in fact.value.files
        if f"{name}/".startswith(f"{below}/")
    )
    return fact._replace(item=path, value=fact.value._replace(files=found)) if found else None


def _without(value: Value, covered: str) -> Value:
    if isinstance(value, Folder):
        return value._replace(covered=(*value.covered, covered))
    return value._replace(files=uncovered(value.files, (covered,))) if isinstance(value, Files) else value


def uncovered(
    files: tuple[tuple[str, str | bytes, bool], ...], covered: tuple[str, ...]
) -> tuple[tuple[str, str | bytes, bool], ...]:
    """The files that lie at and below none of the ``covered`` paths."""
    return tuple(file for file in files if not any(f"{file[0]}/".startswith(f"{path}/") for path in covered))
