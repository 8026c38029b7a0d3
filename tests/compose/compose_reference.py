"""Docker Compose itself beside our ``config``, on the same files: the judge of the loader's tests."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from compose2qt.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARY = Path(sys.executable).parent / "docker-compose"
SHARED = Path(__file__).parents[3] / "shared"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/home/u"}
REFUSED = 2


class Answer(Struct, frozen=True):
    """What a program says of a project: its JSON, or None with the reason if it refuses it."""

    project: Any
    error: str = ""


def theirs(folder: Path, *arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> Answer:
    """The reference's answer to ``docker-compose ARGUMENTS config --format json``, run in ``folder``."""
    options, services = split(arguments)
    done = subprocess.run(
        [BINARY, *options, "config", "--format", "json", *services],
        cwd=folder,
        env={**ENVIRONMENT, **(env or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Answer(None, done.stderr) if done.returncode else Answer(json.loads(done.stdout))


def ours(folder: Path, *arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> Answer:
    """Our answer to the same question, in this process."""
    code, out, error = invoked(folder, "config", "--format", "json", *arguments, env=env, stdin=stdin)
    assert code in (0, REFUSED), error
    return Answer(None, error) if code else Answer(json.loads(out), error)


def invoked(folder: Path, *arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of our command line, run in ``folder``."""
    out, error = io.StringIO(), io.StringIO()
    with (
        _process(folder, {**ENVIRONMENT, **(env or {})}, stdin),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
    ):
        code = run(list(arguments))
    return code, out.getvalue(), error.getvalue()


@contextlib.contextmanager
def _process(folder: Path, environment: dict[str, str], stdin: str) -> Iterator[None]:
    """This process, for a while with another folder, environment and input."""
    before, folder_before, input_before = dict(os.environ), Path.cwd(), sys.stdin
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        yield
    finally:
        sys.stdin = input_before
        os.environ.clear()
        os.environ.update(before)
        os.chdir(folder_before)


def split(arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Options with their values, and services."""
    options: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        options += [rest.pop(0), *([rest.pop(0)] if rest else [])]
    return options, rest


def write(folder: Path, files: dict[str, str]) -> Path:
    """``folder`` with ``files`` in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def assert_same(folder: Path, *arguments: str, env: dict[str, str] | None = None, stdin: str = "") -> Answer:
    """Both programs print the same project, or both refuse it; ours."""
    we, they = ours(folder, *arguments, env=env, stdin=stdin), theirs(folder, *arguments, env=env, stdin=stdin)
    assert we.project == they.project, f"ours: {we.error or 'accepts'}\nthe reference: {they.error or 'accepts'}"
    return we
