"""Files in: what is no text is refused with its place; what lies outside the project is not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt.diagnostic import InputError
from compose2qt.source import Span, read_text
from compose2qt.source.disk import Disk, FileContent, FolderContent, Missing, Unusable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [(b"a: 1\nb: \xff\n", "not-utf8", 2, 4), (b"a: 1\n\nb\0", "nul-character", 3, 2)],
)
def test_what_is_no_text_is_refused_with_its_place(tmp_path: Path, data: bytes, code: str, line: int, column: int) -> None:
    file = tmp_path / "f.yml"
    file.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_text(file, "f.yml")
    found = caught.value.diagnostics[0]
    assert (found.code, found.span) == (code, Span("f.yml", line, column))


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "f.yml"
    file.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_text(file, "f.yml") == "a: 1"


@pytest.mark.parametrize(("name", "code"), [("", "file-is-folder"), ("none.yml", "file-missing"), ("x" * 300, "file-")])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        read_text(tmp_path / name, name or "folder")


def test_disk_reads_below_its_root_only(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "conf" / "sub").mkdir(parents=True)
    (project / "conf" / "sub" / "b.sh").write_text("#!/bin/sh\n")
    (project / "conf" / "sub" / "b.sh").chmod(0o755)
    (project / "conf" / "a.conf").write_text("a")
    (tmp_path / "outside").write_text("secret")
    (project / "link").symlink_to(tmp_path / "outside")
    disk = Disk(project)
    assert disk.look(project / "conf") == FolderContent(
        (("a.conf", FileContent(b"a")), ("sub/b.sh", FileContent(b"#!/bin/sh\n", executable=True)))
    )
    assert disk.look(project / "none") == Missing()
    assert disk.look(project / "link") == Unusable("outside the project folder")
    assert disk.look(tmp_path / "outside") == Unusable("outside the project folder")


def test_disk_reads_no_more_than_a_config_map_holds(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * (1024 * 1024 + 1))
    assert isinstance(Disk(tmp_path).look(tmp_path / "big"), Unusable)
    assert isinstance(Disk(tmp_path).look(tmp_path), Unusable)


def test_a_project_may_show_its_git_repository_but_not_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    project = home / "work" / "repository" / "deploy"
    project.mkdir(parents=True)
    (project.parent / "app.conf").write_text("x")
    (home / "secret").write_text("x")
    (project / "link").symlink_to(home / "secret")
    monkeypatch.setenv("HOME", str(home))
    assert isinstance(Disk.around(project).look(project.parent / "app.conf"), Unusable)
    (home / ".git").mkdir()
    assert isinstance(Disk.around(project).look(home / "secret"), Unusable)
    (project.parent / ".git").mkdir()
    (project.parent / ".git" / "config").write_text("[remote]")
    disk = Disk.around(project)
    assert disk.look(project.parent / "app.conf") == FileContent(b"x")
    assert disk.outside == (project.parent.resolve() / "app.conf",)
    assert isinstance(disk.look(project / "link"), Unusable)
    assert isinstance(disk.look(project.parent / ".git" / "config"), Unusable)
    assert isinstance(disk.look(home / "secret"), Unusable)
