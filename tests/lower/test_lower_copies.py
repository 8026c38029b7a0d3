"""Mounts of the build context: development where the image holds the same at that path, data and configuration elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt.lower.copies import copied
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path

DEVELOPMENT, ASSUMED, NOT_HELD = {"volumes.development"}, {"volumes.assumed-code"}, {"volumes.not-in-image"}
CONFIG_MAP: set[str] = set()
"""Nothing is lost: the files are mounted."""
COPY_ALL = "FROM python:3.12\nWORKDIR /app\nCOPY . .\n"
TWO_STAGES = "FROM python:3.12 AS b\nCOPY . /b\nFROM alpine\nCOPY --from=b /b/{copied} {place}\n"


@pytest.mark.parametrize(
    ("dockerfile", "mount", "expected"),
    [
        (COPY_ALL, ".:/app", DEVELOPMENT),
        (COPY_ALL, "./conf:/app/conf", DEVELOPMENT),
        (COPY_ALL, "./conf:/etc/nginx/conf.d:ro", CONFIG_MAP),
        (COPY_ALL, ".:/elsewhere", NOT_HELD),
        ("FROM nginx:1.27\nCOPY requirements.txt /app/\n", "./conf:/etc/nginx/conf.d:ro", CONFIG_MAP),
        ("FROM nginx:1.27\nCOPY requirements.txt /app/\n", ".:/app", NOT_HELD),
        ("FROM nginx:1.27\n", ".:/app", NOT_HELD),
        ("FROM node\nCOPY --chown=1:1 conf/ /app/conf\n", "./conf:/app/conf", DEVELOPMENT),
        ('FROM node\nCOPY ["conf", "/app/conf/"]\n', "./conf:/app/conf", DEVELOPMENT),
        ("FROM node\nWORKDIR /app\nCOPY main.py .\n", ".:/app", DEVELOPMENT),
        ("FROM node\nWORKDIR /app\nCOPY *.py ./\n", ".:/app", DEVELOPMENT),
        ("FROM node\nWORKDIR /app\nCOPY package*.json ./\n", ".:/app", NOT_HELD),
        ("FROM node\nCOPY con* /app\n", "./conf:/app", DEVELOPMENT),
        ("FROM node\nARG HOME=/srv\nENV APP=${HOME}/app\nADD . $APP\n", "./conf:/srv/app/conf", DEVELOPMENT),
        ("FROM node\nRUN <<EOF\nCOPY conf /app\nEOF\n", "./conf:/app", CONFIG_MAP),
        ("FROM node\nCOPY <<-'X' /x\nCOPY conf /x\n\tX\nCOPY conf /app\n", "./conf:/app", DEVELOPMENT),
        ("FROM node\nRUN echo $((1<<3)) <<<A\nCOPY conf /app\n", "./conf:/app", DEVELOPMENT),
        ("FROM node\nCOPY . /$UNKNOWN\n", "./conf:/x", ASSUMED),
        ("FROM example.com/base\nCOPY . .\n", ".:/code", ASSUMED),
        ("FROM php:8-apache\nCOPY . .\n", ".:/var/www/html", DEVELOPMENT),
        (TWO_STAGES.format(copied="x", place="/usr/bin/x"), ".:/app", NOT_HELD),
        (TWO_STAGES.format(copied="conf", place="/srv/conf"), "./conf:/srv/conf", DEVELOPMENT),
        (TWO_STAGES.format(copied="", place="/srv"), "./conf:/srv/conf", DEVELOPMENT),
        ("FROM alpine AS a\nCOPY . /a\nFROM a\nWORKDIR /w\n", "./conf:/a/conf", DEVELOPMENT),
        ("FROM alpine\nCOPY --from=other/image /conf /conf\n", "./conf:/conf", CONFIG_MAP),
        (None, "./conf:/app/conf", ASSUMED),
    ],
)
def test_what_a_mount_of_the_build_context_is(tmp_path: Path, dockerfile: str | None, mount: str, expected: set[str]) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.conf").write_text("server {}")
    (tmp_path / "main.py").write_text("print()")
    if dockerfile is not None:
        (tmp_path / "Dockerfile").write_text(dockerfile)
    made = composed(tmp_path, f"services: {{a: {{build: ., volumes: ['{mount}']}}}}")
    told = {loss for loss in made.losses() if loss.startswith("volumes.") and not loss.startswith("volumes.read-only")}
    assert told == expected
    assert made.claims() == []
    assert [*made.mounts("a")] == ([mount.split(":")[1]] if expected == CONFIG_MAP else [])


def test_a_folder_that_is_not_there_is_a_place_for_data_even_in_the_build_context(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(COPY_ALL)
    made = composed(tmp_path, "services: {a: {build: ., volumes: ['./uploads:/app/uploads']}}")
    assert made.claims() == ["uploads"]


def test_arguments_of_the_build_say_where_files_go() -> None:
    text = "ARG WHERE=/a\nFROM alpine AS one\nARG WHERE\nCOPY . ${WHERE}/x\nFROM alpine\nCOPY . /last\n"
    assert [one.path for one in copied(text, "one", "/", {})] == ["/a/x"]
    assert [one.path for one in copied(text, "0", "/", {"WHERE": "/b"})] == ["/b/x"]
    assert [one.path for one in copied(text, "", "/", {})] == ["/last"]


def test_stages_that_copy_from_each_other_do_not_multiply() -> None:
    text = "FROM alpine AS s0\nCOPY . /a\n"
    text += "".join(f"FROM alpine AS s{n}\nCOPY --from=s{n - 1} / /a\nCOPY --from=s{n - 1} / /b\n" for n in range(1, 40))
    assert len(copied(text, "", "/", {})) <= 500


@pytest.mark.parametrize(
    ("ignored", "source", "expected"),
    [
        ("data\n", "./data", CONFIG_MAP),
        ("# data\n", "./data", DEVELOPMENT),
        ("/data/\n", "./data", CONFIG_MAP),
        ("*\n!data\n", "./data", DEVELOPMENT),
        ("*\n!src\n", "./data/sub", CONFIG_MAP),
        ("**/sub\n", "./data/sub", CONFIG_MAP),
        ("node_modules\n", "./node_modules", DEVELOPMENT),
    ],
)
def test_what_docker_ignores_is_not_in_the_image(tmp_path: Path, ignored: str, source: str, expected: set[str]) -> None:
    for folder in ("data/sub", "node_modules"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.conf").write_text("a")
    (tmp_path / "Dockerfile").write_text(COPY_ALL)
    (tmp_path / ".dockerignore").write_text(ignored)
    made = composed(tmp_path, f"services: {{a: {{build: ., volumes: ['{source}:/app/{source[2:]}:ro']}}}}")
    assert {loss for loss in made.losses() if loss.startswith("volumes.")} == expected


@pytest.mark.parametrize(("ending", "expected", "kept"), [("", {"volumes.partly-in-image"}, False), (":ro", set(), True)])
def test_a_folder_of_which_the_image_has_a_part_is_told_or_carried(
    tmp_path: Path, ending: str, expected: set[str], kept: bool
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM nginx\nCOPY conf/a.conf /etc/nginx/conf.d/\n")
    (tmp_path / "conf").mkdir()
    for name in ("a.conf", "b.conf"):
        (tmp_path / "conf" / name).write_text("server {}")
    made = composed(tmp_path, f"services: {{a: {{build: ., volumes: ['./conf:/etc/nginx/conf.d{ending}']}}}}")
    assert {loss for loss in made.losses() if loss.startswith("volumes.")} == expected
    assert bool([*made.mounts("a")]) is kept
