"""Law 8: imports go down the list of packages and never back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "compose2qt"
# From top to bottom; packages of one row do not import each other.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("docgen",),
    ("__init__", "api"),
    ("judging",),
    ("proof", "repair"),
    ("report",),
    ("audit", "budget", "diff", "verify"),
    ("manifests",),
    ("emit",),
    ("lower",),
    ("mapping",),
    ("compose",),
    ("kube",),
    ("workload",),
    ("source", "diagnostic"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# What a package must know nothing of, though it lies below (DESIGN section 3).
FORBIDDEN = {
    "verify": {"lower", "emit", "mapping"},
    "manifests": {"emit", "lower", "mapping", "compose"},
    "emit": {"lower", "mapping", "compose"},
    "compose": {"kube", "workload"},
}
# diagnostic and source are one layer that only knows itself.
ALLOWED_PEERS = {("source", "diagnostic"), ("diagnostic", "source"), ("__init__", "api"), ("api", "__init__")}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level parts of compose2qt that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "compose2qt":
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("compose2qt.")}
    return {name if name in RANK else "__init__" for name in names}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_down(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for other in imported(path) - {own}:
        assert RANK[other] > RANK[own] or (own, other) in ALLOWED_PEERS or (own == "cli" and other == "__init__"), (
            f"{own} imports {other}, which does not lie below it"
        )
        assert other not in FORBIDDEN.get(own, set()), f"{own} must know nothing of {other}"


def test_lower_does_not_interpret_manifests() -> None:
    for path in (PACKAGE / "lower").rglob("*.py"):
        assert "kube.kubelet" not in path.read_text(encoding="utf-8"), f"{path.name} uses the kubelet that proves it"


def test_every_package_has_a_place() -> None:
    found = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__pycache__"} == set(RANK)
