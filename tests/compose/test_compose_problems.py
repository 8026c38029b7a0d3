"""Problems: each with its place and what to do, and all of a project in one run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from compose_reference import invoked, ours, theirs, write

if TYPE_CHECKING:
    from pathlib import Path

# What is wrong, its code, and the line and column where it stands.
TABLE = [
    ("services:\n  a:\n    image: x\n    imgae: y\n", "unknown-key", 4, 5),
    ("services:\n  a:\n    image: [x]\n", "wrong-type", 3, 12),
    ("services:\n  a:\n    image: 2001-12-14\n", "wrong-type", 3, 12),
    ("services:\n  a:\n    image: x\n    cgroup: guest\n", "not-allowed", 4, 13),
    ("services:\n  a:\n    image: x\n    cpu_percent: 101\n", "not-allowed", 4, 18),
    ("services:\n  a:\n    image: x\n    pull_policy: often\n", "not-allowed", 4, 18),
    ("services:\n  'a b':\n    image: x\n", "illegal-name", 2, 3),
    ("services:\n  a:\n    image: x\n    depends_on: {a: {}}\n", "missing-key", 4, 21),
    ("services:\n  a:\n    image: x\n    links: [b]\n", "undefined-service", 4, 13),
    ("services:\n  a:\n    image: x\n    security_opt: [b, b]\n", "duplicate-item", 4, 23),
    ("services:\n  a:\n    image: x\n    image: y\n", "duplicate-key", 4, 5),
    ("services:\n  a:\n    image: x\n  8080: {image: y}\n", "non-string-key", 4, 3),
    ("services:\n  a:\n    image: x\n    ports: ['x:80']\n", "bad-syntax", 4, 13),
    ("services:\n  a:\n    image: x\n    stop_grace_period: '30'\n", "bad-syntax", 4, 24),
    ("services:\n  a:\n    image: x\n    mem_limit: lots\n", "bad-syntax", 4, 16),
    ("services:\n  a:\n    image: x\n    volumes: ['ab::c']\n", "bad-syntax", 4, 15),
    ("services:\n  a:\n    image: x\n    read_only: '1'\n", "wrong-type", 4, 16),
    ("services:\n  a:\n    image: x${A?tell}\n", "interpolation", 3, 12),
    ("services:\n  a:\n    restart: always\n", "no-image", 3, 5),
    ("services:\n  a:\n    image: x\n    networks: [fornt]\nnetworks: {front: }\n", "undefined-network", 4, 16),
    ("services:\n  a:\n    image: x\n    volumes: ['daat:/d']\nvolumes: {data: }\n", "undefined-volume", 4, 15),
    ("services:\n  a:\n    image: x\n    secrets: [k]\n", "undefined-secret", 4, 15),
    ("services:\n  a:\n    image: x\n    configs: [k]\n", "undefined-config", 4, 15),
    ("services:\n  a:\n    image: x\n    models: [k]\n", "undefined-model", 4, 14),
    ("services:\n  a:\n    image: x\n    depends_on: [b]\n", "undefined-service", 4, 18),
    ("services:\n  a:\n    image: x\n    depends_on: [b]\n  b: {image: x, profiles: [p]}\n", "inactive-dependency", 4, 18),
    ("services:\n  a:\n    image: x\n    depends_on: [b]\n  b: {image: x, depends_on: [a]}\n", "dependency-cycle", 5, 29),
    ("services:\n  a:\n    image: x\n    env_file: no.env\n", "file-missing", 4, 15),
    ("services:\n  a:\n    image: x\n    network_mode: host\n    networks: [n]\nnetworks: {n: }\n", "two-networks", 4, 19),
    ("services:\n  a:\n    image: x\n    scale: 2\n    deploy: {replicas: 3}\n", "two-scales", 4, 12),
    ("services:\n  a:\n    image: x\n    scale: 2\n    container_name: nn\n", "one-name-for-many", 5, 21),
    ("services:\n  a:\n    image: x\n    mem_limit: 1g\n    deploy: {resources: {limits: {cpus: 1}}}\n", "two-limits", 4, 16),
    ("services:\n  a:\n    image: x\n    tmpfs: [/d]\n    volumes: ['./d:/d']\n", "duplicate-mount", 5, 15),
    (
        "services:\n  a: {image: x, container_name: nn}\n  b:\n    image: x\n    container_name: nn\n",
        "duplicate-container-name",
        5,
        21,
    ),
    ("services:\n  a:\n    image: x\n    healthcheck: {test: [curl, x]}\n", "bad-test", 4, 26),
    ("services:\n  a:\n    build: {dockerfile: d, dockerfile_inline: e}\n", "two-dockerfiles", 3, 12),
    ("services:\n  a:\n    image: x\nsecrets:\n  s: {file: a, environment: B}\n", "two-sources", 5, 16),
    ("services:\n  a:\n    image: x\nconfigs:\n  s: {name: n}\n", "no-source", 5, 6),
    ("services:\n  a:\n    image: x\nvolumes:\n  s: {external: true, driver: d}\n", "external-with-settings", 5, 23),
    ("services:\n  a:\n    image: x\n    volumes: [{type: bind, target: /t}]\n", "missing-key", 4, 15),
    ("services:\n  a:\n    image: x\ninclude: nothing.yaml\n", "wrong-type", 4, 10),
    ("services:\n  a:\n    image: x\njobs:\n  j: {image: x}\n", "missing-key", 5, 6),
]


@pytest.mark.parametrize(("content", "code", "line", "column"), TABLE)
def test_a_problem_has_a_place_and_a_remedy(tmp_path: Path, content: str, code: str, line: int, column: int) -> None:
    write(tmp_path, {"compose.yaml": content})
    answer = ours(tmp_path)
    assert answer.project is None
    assert re.search(rf"^compose\.yaml:{line}:{column}: error: .* \[{code}\]\n  fix: .", answer.error, re.MULTILINE), (
        answer.error
    )


@pytest.mark.parametrize("content", [row[0] for row in TABLE])
def test_the_reference_refuses_it_too(tmp_path: Path, content: str) -> None:
    assert theirs(write(tmp_path, {"compose.yaml": content})).project is None


def test_all_problems_are_told_in_one_run(tmp_path: Path) -> None:
    files = {
        "compose.yaml": (
            "include: [inc.yaml]\nservices:\n  a:\n    imgae: x\n    networks: [fornt]\n    ports: ['x']\n"
            "  b: {image: '${U?tell}', depends_on: [c, a]}\n  c: {image: x, env_file: [no.env, bad.env]}\nnetworks: {front: }\n"
        ),
        "inc.yaml": "services: {d: {image: [1]}}\n",
        "bad.env": "a b=1\n",
    }
    answer = ours(write(tmp_path, files))
    assert re.findall(r"^(\S+?):(\d+):\d+: error: .*\[(.*)\]$", answer.error, re.MULTILINE) == [
        ("compose.yaml", "7", "interpolation"),
        ("inc.yaml", "1", "wrong-type"),
        ("compose.yaml", "4", "unknown-key"),
        ("compose.yaml", "6", "bad-syntax"),
        ("compose.yaml", "5", "undefined-network"),
        ("compose.yaml", "8", "file-missing"),
        ("bad.env", "1", "env-file-syntax"),
    ]
    assert "did you mean 'front'?" in answer.error
    assert "did you mean 'image'?" in answer.error


REMEDIES = [
    ("services:\n  a:\n    image: x\n    environment:\n    B: c\n", 5, "indent it, if it belongs to 'environment'"),
    ("services:\nweb:\n  image: x\n", 2, "indent it, if it belongs to 'services'"),
    ("services:\n  a:\n  image: x\n", 2, "write a mapping below it, indented further"),
    ("services:\n\ta:\n", 2, "indent with spaces: YAML allows no tabs there"),
    (
        "services:\n  a:\n    image: x\n    command: echo: hi: there\n",
        4,
        'put a text that holds ": " in quotes, or check the indentation',
    ),
    ("services:\n  a:\n    image: ${TAG?}\n", 3, "set it in .env, with --env-file, or with --env TAG=VALUE"),
    ("services:\n  a:\n    image: x\n    configs: [c]\n", 4, "add it to configs:, beside services:"),
]


@pytest.mark.parametrize(("content", "line", "fix"), REMEDIES)
def test_the_remedy_is_what_a_person_has_to_do(tmp_path: Path, content: str, line: int, fix: str) -> None:
    answer = ours(write(tmp_path, {"compose.yaml": content}))
    assert re.search(rf"^compose\.yaml:{line}:\d+: error: .*\n  fix: {re.escape(fix)}$", answer.error, re.MULTILINE), (
        answer.error
    )


def test_the_option_of_the_remedy_is_there(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": "services: {a: {image: 'x:${TAG?}'}}\n"})
    project = ours(tmp_path, "--env", "TAG=1").project
    assert project is not None
    assert project["services"]["a"]["image"] == "x:1"


def test_a_file_that_is_given_as_a_service_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"other.yaml": "services: {a: {image: x}}\n"})
    code, out, error = invoked(tmp_path, "config", "other.yaml")
    assert (code, out) == (2, "")
    assert "fix: write -f other.yaml" in error


def test_every_item_of_a_list_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": "services:\n  a:\n    image: x\n    ports: ['99999:80', 'x:80', '80/icmp', '80']\n"})
    assert re.findall(r"^compose\.yaml:4:(\d+): error", ours(tmp_path).error, re.MULTILINE) == ["13", "25", "33"]


@pytest.mark.parametrize("line", ["privileged: maybe", "scale: two", "deploy: {replicas: '1.5'}"])
def test_a_wrong_value_is_told_once(tmp_path: Path, line: str) -> None:
    write(tmp_path, {"compose.yaml": f"services:\n  a:\n    image: x\n    {line}\n"})
    assert ours(tmp_path).error.count("error:") == 1


def test_what_services_share_is_told_once(tmp_path: Path) -> None:
    content = "x-a: &a\n  pull_policy: often\n  scael: 2\nservices:\n  a: {<<: *a, image: x}\n  b: {<<: *a, image: x}\n"
    answer = ours(write(tmp_path, {"compose.yaml": content}))
    assert re.findall(r"^compose\.yaml:(\d+):\d+: error: .*\[(.*)\]$", answer.error, re.MULTILINE) == [
        ("2", "not-allowed"),
        ("3", "unknown-key"),
    ]


@pytest.mark.parametrize(
    "service", ["{imgae: x}", "{biuld: .}", "{extends: a}", "{extends: nobody}", "{extends: {file: none.yaml, service: b}}"]
)
def test_an_image_that_is_missing_for_a_reason_is_not_told(tmp_path: Path, service: str) -> None:
    error = ours(write(tmp_path, {"compose.yaml": f"services: {{a: {service}}}\n"})).error
    assert error
    assert "no-image" not in error


def test_an_extension_is_no_misspelt_image(tmp_path: Path) -> None:
    content = "services: {a: {x-image: x, scael: 2}, b: {x-image: x}, c: {scael: 2}}\n"
    assert ours(write(tmp_path, {"compose.yaml": content})).error.count("[no-image]") == 3


def test_a_cycle_names_its_members(tmp_path: Path) -> None:
    services = ", ".join(f"{one}: {{image: x, depends_on: [{other}]}}" for one, other in ("ab", "bc", "ca"))
    answer = ours(write(tmp_path, {"compose.yaml": f"services: {{{services}}}"}))
    assert "a -> b -> c -> a" in answer.error


def test_a_secret_value_is_in_no_message(tmp_path: Path) -> None:
    content = "services: {a: {image: x, environment: {PW: '${PW:?}hunter2'}, mem_limit: '${PW2}'}}"
    write(tmp_path, {"compose.yaml": content, ".env": "PW2=hunter3\nhunter4 hunter5\n"})
    code, out, error = invoked(tmp_path, "config")
    assert (code, out) == (2, "")
    assert "hunter" not in error
