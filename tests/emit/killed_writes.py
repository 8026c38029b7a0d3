"""A program for ``test_emit_store``: kills writers of a tree and says what the next run makes of it.

``killed_writes.py MODE ROOT SEED COUNT`` forks a child for each kill. In the mode ``moments`` the child writes two trees of 200
files in turn until it is killed from outside at a random moment, COUNT times. In the mode ``calls`` it kills itself at its n-th
call to the file system, for every n below COUNT, and so does each process that recovers; its trees are small. Prints one line
of JSON: how often which tree stood there in the end.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.emit.journal import recover
from compose2qt.emit.store import write_tree

if TYPE_CHECKING:
    from collections.abc import Callable

FOREIGN = {"own.txt": "mine\n", "services/notes/own.md": "mine too\n"}
PRIVATE = {"real.yaml": "others can read this\n"}
CALLS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.listdir", "os.scandir", "fcntl.flock")


def version(name: str, size: int) -> dict[str, str]:
    """A tree whose files are partly those of the other versions, with the same text or another."""
    common = {f"services/{index}.yaml": f"{name} {index}\n" * (index % 40 + 1) for index in range(size // 2)}
    same = {f"same/{index}.yaml": f"{index}\n" for index in range(size // 4)}
    own = {f"{name}/deep/{index}.yaml": f"{name}\n" for index in range(size // 4)}
    return common | same | own


def contents(root: Path) -> dict[str, str]:
    """Text by path; a folder that holds nothing counts too."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    return {
        name: path.read_text(encoding="utf-8") if path.is_file() else "(empty folder)"
        for name, path in sorted(found.items())
        if path.is_file() or not any(path.iterdir())
    }


def child(act: Callable[[], object]) -> int:
    """A process that does ``act``; its id."""
    if process := os.fork():
        return process
    try:
        act()
    finally:
        os._exit(0)


def killed(process: int) -> bool:
    return os.WIFSIGNALED(os.waitpid(process, 0)[1])


def dying_at(call: int, act: Callable[[], object]) -> Callable[[], object]:
    """``act`` as done by a process that dies just before its ``call``-th call to the file system."""

    def acted() -> object:
        left = call

        def hook(event: str, _: tuple[object, ...]) -> None:
            nonlocal left
            if event in CALLS:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        return act()

    return acted


def told(root: Path, known: dict[str, dict[str, str]]) -> str:
    """Which of the ``known`` trees stands at ``root``."""
    there = contents(root)
    names = [name for name, tree in known.items() if tree == there]
    extra = [path.name for path in root.parent.iterdir() if path != root]
    return (names[0] if names else f"neither: {sorted(there)}") + (f" beside {extra}" if extra else "")


def trees(root: Path, size: int) -> dict[str, dict[str, str]]:
    """What each version looks like on disk; leaves the last of them there."""
    known = {}
    for name in "AB":
        write_tree(root, version(name, size))
        for path, text in FOREIGN.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        for path, text in PRIVATE.items():
            (root / path).write_text(text, encoding="utf-8")
        known[name] = contents(root)
    return known


def moments(root: Path, seed: int, count: int) -> Counter[str]:
    known = trees(root, 200)
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets

    def write() -> None:
        while True:
            for name in "AB":
                write_tree(root, version(name, 200))

    started = time.perf_counter()
    write_tree(root, version("A", 200))
    one = time.perf_counter() - started
    seen: Counter[str] = Counter()
    for _ in range(count):
        process = child(write)
        time.sleep(chance.uniform(0, 4 * one))
        os.kill(process, signal.SIGKILL)
        assert killed(process)
        interrupted = told(root, known) not in known
        recover(root)
        seen[told(root, known)] += 1
        seen["interrupted"] += interrupted
    return seen


def calls(root: Path, seed: int, count: int) -> Counter[str]:
    del seed
    known = trees(root, 8)
    original = root.parent.with_name("original")
    shutil.copytree(root, original)
    return killed_at_each_call(root, known, count, lambda: shutil.copytree(original, root))


def first(root: Path, seed: int, count: int) -> Counter[str]:
    """Where no tree was before."""
    del seed
    write_tree(root, version("A", 8), private=PRIVATE)
    return killed_at_each_call(root, {"A": contents(root), "nothing": {}}, count, lambda: None)


def killed_at_each_call(root: Path, known: dict[str, dict[str, str]], count: int, lay: Callable[[], object]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for call in range(1, count):
        shutil.rmtree(root, ignore_errors=True)
        lay()
        if not killed(child(dying_at(call, lambda: write_tree(root, version("A", 8), private=PRIVATE)))):
            seen[f"whole {told(root, known)}"] += 1
            return seen
        step = 1
        while killed(child(dying_at(step, lambda: recover(root)))):
            step += 1
        seen[told(root, known)] += 1
    raise AssertionError("the writer never came to its end")


if __name__ == "__main__":
    mode, folder, number, times = sys.argv[1:]
    result = {"moments": moments, "calls": calls, "first": first}[mode](Path(folder), int(number), int(times))
    print(json.dumps(dict(result)))
