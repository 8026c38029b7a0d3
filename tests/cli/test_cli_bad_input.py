"""Bad input: exit 2, a place, something to do, no traceback, nothing written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "mappings" / "quantum-trader.yaml"


def run(*arguments: str, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "compose2qt", *arguments], cwd=cwd, input=stdin, capture_output=True, text=True, check=False
    )


def refused(result: subprocess.CompletedProcess[str], cwd: Path, *expected: str) -> None:
    """The run refused its input as DESIGN section 4 says."""
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    assert "fix:" in result.stderr
    assert not result.stdout
    assert not (cwd / "out").exists()
    for text in expected:
        assert text in result.stderr


BAD_FILES = {
    "no-yaml": (b"services:\n  web: [", "compose.yaml:3:1"),
    "tab": (b"services:\n\tweb: x", "compose.yaml:2:1"),
    "not-utf8": (b"services:\n  web: {image: \xff}\n", "compose.yaml:2:16"),
    "nul": (b"services:\n  web: {image: a\0}\n", "compose.yaml:2:17"),
    "duplicate-key": (b"services:\n  web: {image: a, image: b}\n", "compose.yaml:2:19"),
    "unknown-attribute": (b"services:\n  web:\n    image: a\n    enviroment: {}\n", "compose.yaml:4:5", "environment"),
    "undefined-volume": (
        b"services:\n  web:\n    image: a\n    volumes: [dta:/d]\nvolumes: {data: }\n",
        "compose.yaml:4:",
        "data",
    ),
    "undefined-dependency": (
        b"services:\n  web:\n    image: a\n    depends_on: [dbb]\n  db: {image: b}\n",
        "compose.yaml:4:",
        "db",
    ),
    "no-image": (b"services:\n  web: {}\n", "compose.yaml:2:"),
    "wrong-type": (b"services:\n  web:\n    image: [a]\n", "compose.yaml:3:"),
    "empty": (b"", "compose.yaml"),
    "scalar": (b"hello", "compose.yaml:1:1"),
    "required-variable": (b"services:\n  web:\n    image: ${IMAGE:?name the image}\n", "compose.yaml:3:", "IMAGE"),
    "bomb": (
        b"x-a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"x-%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 10)) for n in range(ord("b"), ord("k")))
        + b"services: {web: {image: a}}\n",
        "compose.yaml:",
    ),
    "deep": (b"services: " + b"[" * 20_000, "compose.yaml:1:"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_compose_file(tmp_path: Path, name: str) -> None:
    data, *expected = BAD_FILES[name]
    assert isinstance(data, bytes)
    (tmp_path / "compose.yaml").write_bytes(data)
    refused(run("convert", "compose.yaml", cwd=tmp_path), tmp_path, *map(str, expected))


def test_missing_file(tmp_path: Path) -> None:
    refused(run("convert", "nope.yml", cwd=tmp_path), tmp_path, "nope.yml")


def test_no_file_at_all(tmp_path: Path) -> None:
    refused(run("convert", cwd=tmp_path), tmp_path, "compose.yaml")


def test_folder_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    refused(run("convert", "folder", cwd=tmp_path), tmp_path, "folder")


def test_all_problems_at_once(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: a\n    enviroment: {}\n    volumes: [dta:/d]\n    depends_on: [dbb]\n"
        "  db: {image: b, prots: []}\n"
    )
    result = run("convert", "compose.yaml", cwd=tmp_path)
    refused(result, tmp_path, "compose.yaml:4:5", "compose.yaml:7:")


def test_unwritable_output(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: a}}\n")
    (tmp_path / "file").write_text("not a folder")
    result = run("convert", "compose.yaml", "-o", "file/out", cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "file" in result.stderr
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text("services:\n  web: {image: nginx:1.27}\n  db: {image: redis:7}\n")
    return tmp_path


BAD_MAPPINGS = {
    "no-yaml": ("targets: [", "m.yaml:2:1"),
    "unknown-key": ("version: 1\nname: x\ntarget: {}\n", "m.yaml:3:1", "targets"),
    "wrong-type": ("version: 1\nname: x\ntargets: 3\n", "m.yaml:3:"),
    "unknown-service": ("version: 1\nname: x\ntargets:\n  web:\n    from: [wbe]\n", "m.yaml:5:", "web"),
    "another-project": (
        "version: 1\nname: x\ntargets:\n  api:\n    from: [api]\n  worker:\n    from: [worker]\n",
        "m.yaml:",
        "another project",
    ),
    "empty": ("", "m.yaml"),
}


@pytest.mark.parametrize("name", BAD_MAPPINGS)
def test_bad_mapping(project: Path, name: str) -> None:
    text, *expected = BAD_MAPPINGS[name]
    (project / "m.yaml").write_text(text)
    refused(run("convert", "compose.yaml", "-m", "m.yaml", cwd=project), project, *expected)


def test_missing_mapping(project: Path) -> None:
    refused(run("convert", "compose.yaml", "-m", "nope.yaml", cwd=project), project, "nope.yaml")


def test_mapping_of_quantum_trader_for_another_project(project: Path) -> None:
    refused(run("convert", "compose.yaml", "-m", str(MAPPING), cwd=project), project, "another project")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--k8s-version", "1.9"), "1.9"),
        (("--namespace", "Not_Legal"), "Not_Legal"),
        (("--fail-on", "eror"), "error"),
        (("--profile", "x", "--env", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE"),
    ],
)
def test_bad_options(project: Path, arguments: tuple[str, ...], expected: str) -> None:
    refused(run("convert", "compose.yaml", *arguments, cwd=project), project, expected)


def test_unknown_option_and_command_are_usage_errors(project: Path) -> None:
    for arguments in (("convert", "--nope"), ("nope",)):
        result = run(*arguments, cwd=project)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


def test_a_selection_without_services_names_the_profiles(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: a, profiles: [dev]}, api: {image: a, profiles: [live]}}\n")
    refused(run("convert", "compose.yaml", cwd=tmp_path), tmp_path, "dev", "live")


def test_a_secret_never_shows_in_an_error(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    image: a\n    mem_limit: lots\n    environment: {DB_PASSWORD: hunter2-secret}\n"
        "    ports: ['x:y']\n"
    )
    result = run("convert", "compose.yaml", cwd=tmp_path)
    assert result.returncode == 2
    assert "hunter2" not in result.stderr + result.stdout


def test_a_report_never_takes_the_place_of_its_input(project: Path) -> None:
    before = (project / "compose.yaml").read_text()
    result = run("report", "compose.yaml", "--format", "markdown", "-o", "compose.yaml", cwd=project)
    assert result.returncode == 2
    assert (project / "compose.yaml").read_text() == before
