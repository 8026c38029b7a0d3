"""A tree on disk, and the ways to look at it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {"README.md": "# Guide\n", "services/web.yaml": "kind: A\n", "services/api.yaml": "kind: B\n"}


def contents(folder: Path) -> dict[str, str]:
    """Everything below ``folder``; folders have a slash and no text."""
    return {
        str(path.relative_to(folder)) + ("/" if path.is_dir() else ""): path.read_bytes().decode() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@contextmanager
def refused(folder: Path, *codes: str) -> Iterator[list[str]]:
    """An ``InputError`` with ``codes``, a fix in each problem, and nothing changed in ``folder``; gives the messages."""
    before, messages = contents(folder), list[str]()
    with pytest.raises(InputError) as caught:
        yield messages
    messages += [str(diagnostic) for diagnostic in caught.value.diagnostics]
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == list(codes)
    assert all(diagnostic.fix for diagnostic in caught.value.diagnostics)
    assert contents(folder) == before
