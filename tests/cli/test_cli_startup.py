"""Start-up: what is imported for which command (never how long it takes)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import json, os, sys
os._exit = sys.exit  # so that the modules can still be listed
sys.argv = ["compose2qt", *sys.argv[1:]]
from compose2qt.cli import main
try:
    main()
except SystemExit:
    pass
print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def modules(cwd: Path, *arguments: str) -> set[str]:
    result = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return set(json.loads(result.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (("--version",), {"typer", "yaml", "pydantic", "rich", "jsonschema", "dataclasses"}),
        (("--help",), {"yaml", "pydantic", "rich", "jsonschema", "compose2qt.compose", "compose2qt.lower"}),
        (
            ("config", "-f", "compose.yaml"),
            {"pydantic", "rich", "jsonschema", "ruamel", "compose2qt.mapping", "compose2qt.lower"},
        ),
        (
            ("convert", "compose.yaml"),
            {"pydantic", "rich", "jsonschema", "ruamel", "compose2qt.mapping.spec", "compose2qt.audit"},
        ),
    ],
)
def test_nothing_heavy_is_imported(tmp_path: Path, arguments: tuple[str, ...], absent: set[str]) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: a}}\n")
    assert not modules(tmp_path, *arguments) & absent
