"""Storage that differs from Docker's on purpose, and is proved all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "a dump beside Postgres": "db: {image: 'postgres:16', volumes: ['data:/var/lib/postgresql/data']}\n"
    "  dump: {image: x, volumes: ['data:/backup:ro']}",
    "a folder of a volume of MySQL": "db: {image: 'mysql:5.7', volumes: ['data:/var/lib/mysql']}\n"
    "  part: {image: x, volumes: [{type: volume, source: data, target: /x, volume: {subpath: a/b}}]}",
    "a Postgres by its path": "db: {image: acme/db, volumes: ['data:/var/lib/postgresql/data']}",
    "data moved without a volume": "db: {image: 'postgres:16', environment: {PGDATA: /srv/pg}}",
    "two users in one pod": "db: {image: nginx, user: root}\n"
    "  app: {image: 'bitnami/redis:7', network_mode: 'service:db', volumes: ['data:/bitnami/redis']}\n"
    "  last: {image: x, network_mode: 'service:app'}",
    "data moved to a place without a name": "db: {image: 'acme/db', volumes: ['data:/srv/pg']}\n"
    "  own: {image: 'postgres:16', environment: {PGDATA: /srv/x}, volumes: ['data:/srv/x']}",
    "an image of Bitnami": "db: {image: 'bitnami/mongodb:7', volumes: ['data:/bitnami/mongodb']}",
}


@pytest.mark.parametrize("image", ["valkey/valkey:8.1-alpine", "registry.example.com/mirror/valkey:8.1-alpine"])
def test_an_image_that_the_mapping_names_keeps_its_scratch_space(image: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("name: p\nservices: {cache: {image: 'valkey/valkey:8.1-alpine'}}\n")
    (tmp_path / "compose2qt.yaml").write_text(f"version: 1\ntargets: {{cache: {{image: '{image}'}}}}\n")
    options = LoadOptions(files=(str(tmp_path / "compose.yaml"),))
    made = api.convert(api.Options(options, mapping=str(tmp_path / "compose2qt.yaml")))
    (workload,) = made.lowered.application.workloads
    assert [mount.path.value for mount in workload.pod.containers[0].mounts] == ["/data"]
    assert "image.scratch-data" in {loss.code for loss in made.lowered.losses}
    assert not made.ledger.unaccounted


@pytest.mark.parametrize("case", CASES)
def test_storage_is_proved(case: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(f"name: p\nservices:\n  {CASES[case]}\nvolumes: {{data: }}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert made.proof is not None
    assert not made.proof.different


@pytest.mark.parametrize("dockerfile", ["FROM node\nCOPY . /app\n", "FROM node\n", None])
def test_data_inside_a_build_context_that_a_mount_of_the_code_shows_in_docker(dockerfile: str | None, tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text("x")
    if dockerfile is not None:
        (tmp_path / "Dockerfile").write_text(dockerfile)
    services = "{app: {build: ., volumes: ['.:/app']}, db: {image: 'mongo:7', volumes: ['./data:/data/db']}}"
    (tmp_path / "compose.yaml").write_text(f"name: p\nservices: {services}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert made.proof is not None
    assert not made.proof.different
    assert made.lowered.application.claims
