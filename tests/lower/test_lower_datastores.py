"""Datastores on claims: moved data folders, images that others are built from, ``lost+found``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.lower.dockerfile import parse
from compose2qt.workload import Kind
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("image: minio/minio:1, command: 'server /export --console-address \":9090\"'", "/export"),
        ("image: 'postgres:16', environment: {PGDATA: /srv/pg}", "/srv/pg"),
        ("image: 'mongo:7', command: mongod --dbpath /srv/mongo", "/srv/mongo"),
        ("image: 'mysql:8', command: ['--datadir=/srv/my']", "/srv/my"),
    ],
)
def test_a_volume_where_the_data_was_moved_to_is_the_data_volume(tmp_path: Path, service: str, path: str) -> None:
    made = composed(tmp_path, f"services: {{db: {{{service}, volumes: ['data:{path}']}}}}\nvolumes: {{data: }}")
    assert made["db"].kind is Kind.STATEFUL_SET
    assert [*made.mounts("db")] == [path]
    assert made.losses() & {"image.scratch-data", "volumes.copy-up"} == set()


def test_moved_data_without_a_volume_gets_its_scratch_space_where_it_is_written(tmp_path: Path) -> None:
    made = composed(tmp_path, "services: {db: {image: 'postgres:16', environment: {PGDATA: /srv/pg}}}")
    assert [*made.mounts("db")] == ["/srv/pg"]
    assert made.shown() == {"image.scratch-data"}


def test_what_is_built_from_a_datastore_is_one(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "Dockerfile").write_text("FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n")
    made = composed(
        tmp_path,
        """
services:
  db: {build: ./db, environment: {POSTGRES_PASSWORD: a}, volumes: ["pgd:/var/lib/postgresql/data"]}
  backup: {image: x, volumes: ["pgd:/backup:ro"]}
volumes: {pgd: }
""",
    )
    assert made["db"].kind is Kind.STATEFUL_SET
    assert made.mounts("db")["/var/lib/postgresql/data"] == made.mounts("backup")["/backup"] == ("pgd", "pgdata")
    assert made.ports("db") == [5432]
    assert "volumes.copy-up" in made.losses()  # of the backup alone
    assert [loss.service for loss in made.lowered.losses if loss.code == "volumes.copy-up"] == ["backup"]


def test_a_known_image_decides_about_a_claim_that_others_mount_at_the_same_path(tmp_path: Path) -> None:
    text = (
        "services: {db: {image: 'mariadb:11', volumes: ['d:/var/lib/mysql']}, dump: {image: x, volumes: ['d:/var/lib/mysql']}}"
    )
    made = composed(tmp_path, f"{text}\nvolumes: {{d: }}".replace("d:/", "data:/").replace("d: }", "data: }"))
    assert made.mounts("db")["/var/lib/mysql"] == made.mounts("dump")["/var/lib/mysql"] == ("data", "")


def test_a_client_of_a_database_is_none(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        "services: {api: {image: acme/api, environment: {POSTGRES_PASSWORD: a}, volumes: ['up:/uploads']}}\nvolumes: {up: }",
    )
    assert made["api"].kind is Kind.DEPLOYMENT
    assert made.mounts("api") == {"/uploads": ("up", "")}


@pytest.mark.parametrize(
    ("dockerfile", "more", "group", "is_told"),
    [
        ("FROM alpine\nUSER 1000\n", "", 1000, False),
        ("FROM alpine\nUSER 1000:2000\n", "", 2000, False),
        ("FROM alpine\nUSER 1000:2000\nUSER root\n", "", None, False),
        ("FROM alpine\nRUN adduser -S -D next --uid 1001 && x\nUSER next\n", "", 1001, False),
        ("FROM alpine\nRUN groupadd -g 33 web; useradd -u 1001 -g web app\nUSER app:web\n", "", 33, False),
        ("FROM alpine AS base\nUSER app\nFROM base\n", "", None, True),
        ("FROM node:22\nUSER node\n", "", 1000, False),
        ("FROM grafana/grafana:11\n", "", 472, False),
        ("FROM grafana/grafana:11\nUSER root\n", "", None, False),
        ("FROM alpine\nUSER app\n", "user: '5:6'", 6, False),
        ("FROM alpine\n", "user: app", None, True),
        ("FROM alpine\n", "", None, False),
    ],
)
def test_claims_belong_to_the_user_of_the_dockerfile(
    tmp_path: Path, dockerfile: str, more: str, group: int | None, is_told: bool
) -> None:
    (tmp_path / "Dockerfile").write_text(dockerfile)
    attributes = ", ".join(part for part in ("build: .", "volumes: ['data:/data']", more) if part)
    (tmp_path / "compose.yaml").write_text(f"name: p\nservices: {{app: {{{attributes}}}}}\nvolumes: {{data: }}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),)))).lowered
    (workload,) = made.application.workloads
    assert (workload.pod.fs_group.value if workload.pod.fs_group else None) == group
    assert ("volumes.owner" in {loss.code for loss in made.losses}) is is_told


def test_the_owner_of_a_claim_is_told_once_where_it_is_mounted(tmp_path: Path) -> None:
    volumes = "[{type: volume, source: data, target: /a}, {type: volume, source: data, target: /b, read_only: true}]"
    made = composed(tmp_path, f"services: {{app: {{image: x, user: app, volumes: {volumes}}}}}\nvolumes: {{data: }}")
    assert [loss.code for loss in made.lowered.losses].count("volumes.owner") == 1


@pytest.mark.parametrize(
    ("dockerfile", "user"),
    [
        ("FROM a\nUSER   \n", None),
        ("FROM a\nUSER 99999999999\n", ("99999999999", None)),
        (f"FROM a\nRUN adduser -u {'9' * 5000} b\nUSER b\n", ("b", None)),
        (f"FROM a AS {'9' * 5000}\nUSER 5\n", ("5", 5)),
    ],
)
def test_numbers_that_nothing_has_are_not_known(dockerfile: str, user: tuple[str, int | None] | None) -> None:
    assert parse(dockerfile, "9" * 5000).user == user
