"""The shop: a Compose project and manifests for it that were written by hand, and their verification."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.compose import LoadOptions, load
from compose2qt.diagnostic import Collector
from compose2qt.manifests import parse_tree
from compose2qt.verify import verify

if TYPE_CHECKING:
    from compose2qt.compose import Project
    from compose2qt.verify import Verification

FOLDER = Path(__file__).parent / "shop"


@cache
def project() -> Project:
    """The Compose side."""
    return load(LoadOptions(files=(str(FOLDER / "docker-compose.yml"),)), Collector())


@cache
def manifests() -> dict[str, str]:
    """The manifests, text by file name."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted((FOLDER / "manifests").iterdir())}


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """The manifests with the one place of ``file`` that reads ``old`` changed."""
    text = manifests()[file]
    assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old}"
    return {**manifests(), file: text.replace(old, new)}


def verified(files: dict[str, str]) -> Verification:
    """``files`` against the project."""
    return verify(project(), parse_tree(files))
