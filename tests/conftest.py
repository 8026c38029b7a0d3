"""What several test packages need: the repository, the folder beside it, the program as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


class Run(Protocol):
    """Runs ``compose2qt`` with arguments in a folder, as a person would; ``env`` adds to the environment."""

    def __call__(
        self, *arguments: str, cwd: Path, stdin: str | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes what is made where a test compares it with what is kept."""
    parser.addoption("--update-golden", action="store_true", help="keep what is made as what is expected")


@pytest.fixture(scope="session")
def run() -> Run:
    def program(
        *arguments: str, cwd: Path, stdin: str | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "compose2qt", *arguments]
        process = {**os.environ, **(env or {})}
        return subprocess.run(command, cwd=cwd, input=stdin, env=process, capture_output=True, text=True, check=False)

    return program


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of corpus and conformance cases beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED


class Judge:
    """The schemas of the API server and the typed decoder of kubectl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubectl = str(Path(sys.executable).with_name("kubectl"))

    def refused_by_schema(self, objects: list[dict[str, object]], version: str) -> list[str]:
        """What the strict schema of ``version`` says against ``objects``; kinds without a schema are not judged."""
        import kubernetes_validate

        found: list[str] = []
        for item in objects:
            try:
                kubernetes_validate.validate(item, version, strict=True)
            except kubernetes_validate.SchemaNotFoundError:
                continue
            except kubernetes_validate.ValidationError as error:
                found.append(f"{item.get('kind')}: {error.message}")
        return found

    def refused_by_kubectl(self, text: str) -> str:
        """Why kubectl cannot decode the manifests of ``text`` into its types; empty if it can."""
        file = self.folder / "manifests.yaml"
        file.write_text(text)
        made = subprocess.run(
            [self.kubectl, "set", "env", "--local", "-o", "name", "-f", str(file), "CHECKED=1"],
            capture_output=True,
            text=True,
            check=False,
        )
        return "\n".join(line for line in made.stderr.splitlines() if "unable to decode" in line or "no kind" in line)


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Kubernetes' own readers of manifests."""
    return Judge(tmp_path_factory.mktemp("judge"))
