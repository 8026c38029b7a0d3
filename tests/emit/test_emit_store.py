"""Law 6: a tree is written whole or not at all, and nothing of the user's is destroyed."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compose2qt.emit.lockfile import LOCK, is_inside, lock_text, parse_lock
from compose2qt.emit.store import Difference, StoreResult, compare_tree, write_tree
from emit_trees import FILES, contents, refused

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


# What is written ----------------------------------------------------------------------------------------------------


def test_a_new_tree_holds_the_files_and_the_lock_and_nothing_else(root: Path) -> None:
    assert write_tree(root, FILES) == StoreResult(tuple(sorted(FILES)))
    assert contents(root) == {**FILES, "services/": "", LOCK: (root / LOCK).read_text()}
    assert list(root.parent.iterdir()) == [root]


def test_the_lock_is_sorted_and_understood_by_sha256sum(root: Path) -> None:
    write_tree(root, FILES)
    lines = (root / LOCK).read_text().splitlines()[1:]
    expected = [f"{hashlib.sha256(FILES[path].encode()).hexdigest()}  {path}" for path in sorted(FILES)]
    assert lines == expected
    assert (
        subprocess.run(["sha256sum", "--check", "--strict", LOCK], cwd=root, capture_output=True, check=False).returncode == 0
    )


def test_a_second_run_touches_nothing(root: Path) -> None:
    write_tree(root, FILES)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert write_tree(root, FILES) == StoreResult((), tuple(sorted(FILES)))
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", FILES)
    write_tree(tmp_path / "b", dict(reversed(FILES.items())))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_what_is_no_longer_generated_goes_with_its_empty_folders(root: Path) -> None:
    write_tree(root, {**FILES, "old/deep/a.yaml": "1\n", "old/b.yaml": "2\n", "services/old.yaml": "3\n"})
    (root / "old" / "own.txt").write_text("mine")
    result = write_tree(root, {"services/new.yaml": "4\n"})
    assert result == StoreResult(
        ("services/new.yaml",), (), tuple(sorted([*FILES, "old/deep/a.yaml", "old/b.yaml", "services/old.yaml"]))
    )
    assert [path for path in contents(root) if path != LOCK] == ["old/", "old/own.txt", "services/", "services/new.yaml"]


def test_a_deleted_file_of_ours_is_written_again(root: Path) -> None:
    write_tree(root, FILES)
    (root / "README.md").unlink()
    assert write_tree(root, FILES).written == ("README.md",)


def test_the_tree_of_another_folder_that_is_a_link_above_the_root_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_tree(tmp_path / "link" / "out", FILES)
    assert (tmp_path / "real" / "out" / "README.md").is_file()


def test_the_current_folder_can_be_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("compose.yaml").write_text("mine")
    write_tree(Path(), FILES)
    assert not compare_tree(Path(), FILES)
    assert Path("compose.yaml").read_text() == "mine"


# Conflicts ----------------------------------------------------------------------------------------------------------


def test_all_edited_files_are_conflicts_until_forced(root: Path) -> None:
    write_tree(root, FILES)
    (root / "README.md").write_text("# Mine\n")
    (root / "services/web.yaml").write_text("kind: mine\n")
    with refused(root, "tree-edited", "tree-edited") as messages:
        write_tree(root, {path: text + "new\n" for path, text in FILES.items()})
    assert all("--force" in message for message in messages)
    assert messages[0].startswith(f"{root}/README.md:1:1: error: README.md")
    write_tree(root, FILES, force=True)
    assert not compare_tree(root, FILES)


def test_an_edit_that_is_what_will_be_generated_is_none(root: Path) -> None:
    write_tree(root, FILES)
    (root / "README.md").write_text("# New\n")
    assert write_tree(root, {**FILES, "README.md": "# New\n"}).written == ()


def test_an_edited_file_that_is_no_longer_generated_is_a_conflict(root: Path) -> None:
    write_tree(root, FILES)
    (root / "README.md").write_text("# Mine\n")
    rest = {path: text for path, text in FILES.items() if path != "README.md"}
    with refused(root, "tree-edited"):
        write_tree(root, rest)
    assert write_tree(root, rest, force=True).removed == ("README.md",)


@pytest.mark.parametrize("force", [False, True])
def test_files_of_others_survive_even_force(root: Path, force: bool) -> None:
    write_tree(root, {"a.yaml": "1\n"})
    (root / "b.yaml").write_text("mine\n")
    with refused(root, "tree-foreign"):
        write_tree(root, {"a.yaml": "2\n", "b.yaml": "theirs\n"}, force=force)
    assert write_tree(root, {"a.yaml": "2\n", "b.yaml": "mine\n"}, force=force).unchanged == ("b.yaml",)


def test_without_its_lock_a_tree_is_adopted_only_if_it_is_the_same(root: Path) -> None:
    write_tree(root, FILES)
    (root / LOCK).unlink()
    with refused(root, "tree-foreign") as messages:
        write_tree(root, {**FILES, "README.md": "# New\n"}, force=True)
    assert LOCK in messages[0]
    assert write_tree(root, FILES).written == ()
    assert write_tree(root, {**FILES, "README.md": "# New\n"}).written == ("README.md",)


def test_line_ends_of_a_checkout_are_no_edit(root: Path) -> None:
    write_tree(root, FILES)
    for path in (*FILES, LOCK):
        (root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))
    before = contents(root)
    assert not compare_tree(root, FILES)
    assert write_tree(root, FILES).written == ()
    assert contents(root) == before
    assert write_tree(root, {**FILES, "README.md": "# New\n"}).written == ("README.md",)
    assert write_tree(root, {"README.md": "# New\n"}).removed == ("services/api.yaml", "services/web.yaml")


def test_a_merge_that_is_not_resolved_is_resolved_by_force(root: Path) -> None:
    ours, theirs, base = ({"a.yaml": f"{name}\n", "b.yaml": f"{name}\n"} for name in ("ours", "theirs", "base"))
    sides = [lock_text({path: text.encode() for path, text in side.items()}) for side in (ours, base, theirs)]
    write_tree(root, base)
    (root / LOCK).write_text("<<<<<<< HEAD\n{}||||||| base\n{}=======\n{}>>>>>>> branch\n".format(*sides))
    (root / "a.yaml").write_text("theirs\n")
    (root / "b.yaml").write_text("<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n")
    with refused(root, "tree-edited"):
        write_tree(root, {"a.yaml": "new\n", "b.yaml": "new\n"})
    write_tree(root, {"a.yaml": "new\n", "b.yaml": "new\n"}, force=True)
    assert not compare_tree(root, {"a.yaml": "new\n", "b.yaml": "new\n"})


def test_a_spoilt_lock_is_an_error_with_every_line(root: Path) -> None:
    write_tree(root, FILES)
    with (root / LOCK).open("a") as lock:
        lock.write(f"nonsense\n{'0' * 64}  ../outside\n")
    for force in (False, True):
        with refused(root, "bad-lock", "bad-lock") as messages:
            write_tree(root, FILES, force=force)
        assert messages[0].startswith(f"{root}/{LOCK}:5:1")
    with refused(root, "bad-lock", "bad-lock"):
        compare_tree(root, FILES)


# Places -------------------------------------------------------------------------------------------------------------

ILLEGAL = ["../a", "/a", "a/../../b", "./a", "a//b", "", "a/", "a\\b", "C:/a", "a\nb", "a\0b", LOCK]


@pytest.mark.parametrize("path", ILLEGAL)
def test_no_file_leaves_the_tree(root: Path, path: str) -> None:
    with refused(root.parent, "tree-path"):
        write_tree(root, {"good.yaml": "1\n", path: "1\n"})


def test_a_file_and_a_folder_of_one_name_are_refused(root: Path) -> None:
    with refused(root.parent, "tree-path"):
        write_tree(root, {"a": "1\n", "a/b": "1\n"})


@pytest.mark.parametrize("force", [False, True])
def test_links_are_not_followed(root: Path, force: bool) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "kept.yaml").write_text("mine\n")
    write_tree(root, {"a.yaml": "1\n", "gone/kept.yaml": "mine\n", "gone/x.yaml": "1\n"})
    for path in ("gone/kept.yaml", "gone/x.yaml", "gone", "a.yaml"):
        (root / path).rmdir() if (root / path).is_dir() else (root / path).unlink()
    (root / "gone").symlink_to(outside)
    (root / "services").symlink_to(outside)
    (root / "a.yaml").symlink_to(outside / "kept.yaml")
    with refused(root.parent, "tree-blocked", "tree-blocked") as messages:
        write_tree(root, {"a.yaml": "2\n", "services/web.yaml": "2\n"}, force=force)
    assert all("symbolic link" in message for message in messages)
    (root / "a.yaml").unlink()
    write_tree(root, {"b.yaml": "1\n"}, force=force)
    assert (outside / "kept.yaml").read_text() == "mine\n"


def test_a_root_that_is_a_link_is_refused_with_its_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    with refused(tmp_path, "tree-blocked") as messages:
        write_tree(tmp_path / "out", FILES)
    assert str(tmp_path / "real") in messages[0]


def test_a_file_where_a_folder_must_be_is_refused(root: Path) -> None:
    root.write_text("a file")
    with refused(root.parent, "tree-blocked"):
        write_tree(root, FILES)
    with refused(root.parent, "tree-refused"):
        write_tree(root / "below", FILES)
    root.unlink()
    root.mkdir()
    (root / "services").write_text("a file")
    (root / "README.md").mkdir()
    with refused(root, "tree-blocked", "tree-blocked", "tree-blocked"):
        write_tree(root, FILES, force=True)


def test_strange_roots_are_refused(tmp_path: Path) -> None:
    for root, code in ((tmp_path / ("x" * 300), "tree-refused"), (tmp_path / "a\0b", "tree-path")):
        with refused(tmp_path, code):
            write_tree(root, FILES)


# When the disk refuses ----------------------------------------------------------------------------------------------


def test_a_full_disk_changes_nothing(root: Path) -> None:
    write_tree(root, FILES)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        with refused(root.parent, "tree-refused") as messages:
            write_tree(root, {"README.md": "# New\n", "big/file.yaml": "x" * (1 << 17)})
        assert "disk" in messages[0]
        with refused(root.parent, "tree-refused"):
            write_tree(root.parent / "deep" / "new", {"big/file.yaml": "x" * (1 << 17)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of a user whom permissions bind, as whom the test goes on."""
    user = 65534 if os.geteuid() == 0 else os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, user, -1)
        os.seteuid(user)
        try:
            yield Path(name)
        finally:
            os.seteuid(os.getuid())


def test_a_folder_that_refuses_halfway_changes_nothing() -> None:
    with unprivileged() as folder:
        root = folder / "out"
        write_tree(root, {"a.yaml": "1\n", "b/c.yaml": "1\n", "d.yaml": "1\n"})
        (root / "b").chmod(0o555)
        with refused(folder, "tree-refused") as messages:
            write_tree(root, {"a.yaml": "2\n", "new/x.yaml": "2\n", "b/c.yaml": "2\n"})
        assert "Permission denied" in messages[0]
        (root / "b").chmod(0o755)
        assert len(write_tree(root, {"a.yaml": "2\n", "b/c.yaml": "2\n"}).written) == 2


def test_only_the_tree_needs_to_be_writable() -> None:
    with unprivileged() as folder:
        root = folder / "out"
        with refused(folder, "tree-refused"):
            folder.chmod(0o555)
            write_tree(root, FILES)
        folder.chmod(0o755)
        root.mkdir()
        folder.chmod(0o555)
        write_tree(root, FILES)
        assert not compare_tree(root, FILES)
        assert sorted(path.name for path in root.iterdir()) == ["README.md", LOCK, "services"]
        folder.chmod(0o755)


# Comparing ----------------------------------------------------------------------------------------------------------


def test_comparing_names_what_differs_and_writes_nothing(root: Path) -> None:
    assert compare_tree(root, FILES) == Difference(
        missing=(*sorted(["README.md", LOCK]), "services/api.yaml", "services/web.yaml")
    )
    assert not root.exists()
    write_tree(root, {**FILES, "stale.yaml": "1\n", "gone.yaml": "1\n"})
    (root / "README.md").write_text("# Mine\n")
    (root / "services/web.yaml").unlink()
    (root / "gone.yaml").unlink()
    (root / "own.txt").write_text("mine")
    before = contents(root)
    assert compare_tree(root, FILES) == Difference(("services/web.yaml",), ("README.md", LOCK), ("stale.yaml",))
    assert contents(root) == before


TREES = st.dictionaries(
    st.sampled_from(["a.yaml", "b.yaml", "s/a.yaml", "s/b.yaml", "s/t/c.yaml", "u/d.yaml"]),
    st.sampled_from(["1\n", "2\n", "é\n", ""]),
)


@given(st.lists(TREES, min_size=1, max_size=6), TREES)
@settings(max_examples=60, deadline=None)
def test_after_any_runs_the_last_tree_stands_there(trees: list[dict[str, str]], foreign: dict[str, str]) -> None:
    own = {f"own/{path}": text for path, text in foreign.items()}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "out"
        for path, text in own.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        for files in trees:
            differed = bool(compare_tree(root, files))
            result = write_tree(root, files)
            assert bool(result.written or result.removed) <= differed
            assert not compare_tree(root, files)
            there = {path: text for path, text in contents(root).items() if not path.endswith("/")}
            assert there == {**files, **own, LOCK: (root / LOCK).read_text()}
        assert not [path for path in root.rglob("*") if path.is_dir() and not list(path.iterdir())]


@given(st.dictionaries(st.text(max_size=20).filter(is_inside), st.binary(max_size=9)))
def test_a_lock_is_read_as_it_was_written(files: dict[str, bytes]) -> None:
    digests = {path: frozenset({hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()}) for path, data in files.items()}
    assert parse_lock(lock_text(files), LOCK) == digests


# Private files ------------------------------------------------------------------------------------------------------


def test_private_files_are_for_their_owner_and_not_in_the_lock(root: Path) -> None:
    private = {"secrets/real.yaml": "password: fake\n"}
    assert write_tree(root, FILES, private=private) == StoreResult(tuple(sorted(FILES)))
    assert (root / "secrets/real.yaml").stat().st_mode & 0o777 == 0o600
    assert "secrets/real.yaml" not in (root / LOCK).read_text()
    assert not compare_tree(root, FILES)
    before = (root / "secrets/real.yaml").stat().st_mtime_ns
    write_tree(root, FILES, private=private)
    assert (root / "secrets/real.yaml").stat().st_mtime_ns == before
    write_tree(root, FILES)
    assert (root / "secrets/real.yaml").read_text() == private["secrets/real.yaml"]


def test_private_files_that_somebody_filled_are_kept_whatever_is_forced(root: Path) -> None:
    write_tree(root, {})
    (root / "secrets").mkdir()
    (root / "secrets/real.yaml").write_text("password: by hand\n")
    for force in (False, True):
        result = write_tree(root, FILES, private={"secrets/real.yaml": "password: fake\n"}, force=force)
        assert result.kept == ("secrets/real.yaml",)
        assert (root / "secrets/real.yaml").read_text() == "password: by hand\n"


def test_a_private_file_that_others_can_read_is_closed(root: Path) -> None:
    write_tree(root, {}, private={"real.yaml": "1\n"})
    (root / "real.yaml").chmod(0o644)
    write_tree(root, {}, private={"real.yaml": "1\n"})
    assert (root / "real.yaml").stat().st_mode & 0o777 == 0o600


def test_private_files_follow_no_link(root: Path) -> None:
    write_tree(root, {})
    (root / "secrets").symlink_to(root.parent)
    (root / "real.yaml").symlink_to(root.parent / "elsewhere")
    with refused(root.parent, "tree-blocked", "tree-blocked"):
        write_tree(root, {}, private={"secrets/real.yaml": "1\n", "real.yaml": "1\n"}, force=True)
