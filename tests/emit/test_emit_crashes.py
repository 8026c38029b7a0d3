"""Law 6 when a run dies, or another one runs meanwhile: the old tree or the new one, and nothing of the user is lost."""

from __future__ import annotations

import fcntl
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from compose2qt.diagnostic import InputError
from compose2qt.emit.journal import recover
from compose2qt.emit.lockfile import LOCK
from compose2qt.emit.store import StoreResult, write_tree
from emit_trees import FILES, contents, refused

DRIVER = Path(__file__).with_name("killed_writes.py")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


def killed(mode: str, root: Path, seed: int, count: int) -> dict[str, int]:
    root.parent.mkdir()
    command = [sys.executable, str(DRIVER), mode, str(root), str(seed), str(count)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert made.returncode == 0, made.stderr
    found: dict[str, int] = json.loads(made.stdout)
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_run_killed_at_any_moment_leaves_the_old_or_the_new_tree(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    found = killed("moments", tmp_path / "moments" / "out", seed, 40)
    assert found.pop("interrupted") > 0
    assert found.keys() <= {"A", "B"}
    assert sum(found.values()) == 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_run_killed_at_any_call_leaves_the_old_or_the_new_tree(tmp_path: Path) -> None:
    found = killed("calls", tmp_path / "calls" / "out", 0, 10_000)
    assert found.pop("whole A") == 1
    assert found.keys() == {"A", "B"}, "killed before and after the tree was complete"
    assert sum(found.values()) > 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_first_run_killed_at_any_call_leaves_the_whole_tree_or_nothing(tmp_path: Path) -> None:
    found = killed("first", tmp_path / "first" / "out", 0, 10_000)
    assert found.pop("whole A") == 1
    assert found.keys() == {"A", "nothing"}, "killed before and after the tree was complete"
    assert found["nothing"] > 10


def test_a_tree_that_cannot_be_completed_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_tree(tmp_path / "out", {"a.yaml": "a\n", f"{'b' * 300}.yaml": "b\n"})
    assert list(tmp_path.iterdir()) == []


def interrupted(root: Path) -> None:
    """Leave the tree as a run does that dies halfway: the first of two files is replaced, one is added."""
    write_tree(root, {"a.yaml": "1\n", "b.yaml": "1\n"})
    script = (
        "import os, signal, sys; from pathlib import Path; from compose2qt.emit.store import write_tree\n"
        "def hook(event, arguments):\n"
        "    if event == 'os.rename' and str(arguments[0]).endswith('b.yaml'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(hook)\n"
        "write_tree(Path(sys.argv[1]), {'a.yaml': '2\\n', 'new/x.yaml': '2\\n', 'b.yaml': '2\\n'})\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(root)], check=False).returncode == -9
    assert (root / "a.yaml").read_text() == "2\n"
    assert (root / "new/x.yaml").exists()
    assert (root / "b.yaml").read_text() == "1\n"


def test_what_was_edited_after_a_crash_stays(root: Path) -> None:
    interrupted(root)
    (root / "a.yaml").write_text("mine\n")
    (root / "new/x.yaml").write_text("mine too\n")
    recover(root)
    there = {path: text for path, text in contents(root).items() if path != LOCK}
    assert there == {"a.yaml": "mine\n", "b.yaml": "1\n", "new/": "", "new/x.yaml": "mine too\n"}
    with refused(root, "tree-edited", "tree-foreign"):
        write_tree(root, {"a.yaml": "2\n", "new/x.yaml": "2\n", "b.yaml": "2\n"})


def test_the_next_run_undoes_before_it_looks_for_conflicts(root: Path) -> None:
    interrupted(root)
    assert write_tree(root, {"a.yaml": "1\n", "b.yaml": "3\n"}) == StoreResult(("b.yaml",), ("a.yaml",))
    assert sorted(contents(root)) == ["a.yaml", "b.yaml", LOCK]
    assert list(root.parent.iterdir()) == [root]


def test_what_a_crash_leaves_beside_the_tree_is_ignored_by_git(root: Path) -> None:
    interrupted(root)
    (left,) = (path for path in root.parent.iterdir() if path != root)
    assert (left / ".gitignore").read_text() == "*\n"
    assert left.stat().st_mode & 0o077 == 0


def test_two_runs_at_once_do_not_mix(root: Path) -> None:
    interrupted(root)
    (left,) = (path for path in root.parent.iterdir() if path != root)
    with (left / "lock").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with refused(root.parent, "tree-busy"):
            write_tree(root, FILES)
    write_tree(root, {"a.yaml": "1\n"})


def test_what_stands_at_the_place_of_the_staging_folder_is_kept(root: Path) -> None:
    beside = root.with_name(".out.compose2qt")
    beside.symlink_to(root.parent)
    with refused(root.parent, "tree-blocked"):
        write_tree(root, FILES)
    beside.unlink()
    beside.mkdir()
    (beside / "own.txt").write_text("mine")
    write_tree(root, FILES)
    assert (beside / "own.txt").read_text() == "mine"
