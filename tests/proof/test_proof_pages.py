"""Every code and word that a verification or a comparison prints has a page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import compose2qt
from compose2qt.diff.effects import Effect
from compose2qt.diff.pages import PAGES
from compose2qt.proof.pages import pages
from compose2qt.verify import Aspect
from compose2qt.verify.pages import aspects

PACKAGE = Path(compose2qt.__file__).parent
SOURCES = [path for name in ("proof", "verify") for path in (PACKAGE / name).rglob("*.py") if path.name != "pages.py"]
CODE = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")


def constants() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES)
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str) and CODE.fullmatch(node.value)}


def test_every_code_of_an_explanation_has_a_page() -> None:
    known = {page.code for page in pages()}
    areas = {code.partition(".")[0] for code in known}
    found = {text for text in constants() if text.partition(".")[0] in areas}
    assert len(found) > 80
    assert found == known


def test_pages_say_something_and_stand_once() -> None:
    found = pages()
    assert len({page.code for page in found}) == len(found)
    assert all(page.text and page.about for page in found)


def test_every_aspect_and_every_effect_has_a_page() -> None:
    assert {page.code for page in aspects()} == set(Aspect)
    assert PAGES.keys() == set(Effect)
